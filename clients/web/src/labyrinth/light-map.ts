/**
 * The light that does not move, worked out once per level: for small squares of every floor, how much of the torches,
 * the sky, the moon and the exit reaches them past the walls. The walls' own shading is then one look into a texture,
 * however many torches there are, and no light leaks through stone.
 */
import { ALL_WALLS, type Layout } from '@clew/maze';
import { type Fixtures, SIDES } from './fixtures.ts';
import { CEILING } from './measures.ts';

/** Squares of light along a cell's side. */
export const SQUARES = 8;

/** How far a torch reaches, in cells. */
const TORCH_REACH = 3.4;
const SKY_REACH = 2.4;
const GATE_REACH = 5.5;

/** Where the moon stands: how far its light moves sideways while it falls by one cell. */
export const MOON_SLANT = { x: 0.42, z: 0.27 } as const;

export interface LightMap {
  readonly width: number;
  readonly height: number;
  readonly floors: number;
  /** Per square: torches of group 0, of group 1, sky, exit; square roots, 255 is `LIGHT_MAX`. */
  readonly light: Uint8Array;
  /** Per square: direction of the light along x and z (128 is none), openness of the place, moon. */
  readonly shape: Uint8Array;
  /** Per cell: 255 where one sees the sky. */
  readonly open: Uint8Array;
}

/** What a byte of 255 in `LightMap.light` stands for. */
export const LIGHT_MAX = 2;

export function lightMapOf(layout: Layout, fixtures: Fixtures): LightMap {
  const width = layout.width * SQUARES;
  const height = layout.height * SQUARES;
  const area = width * height;
  const light = new Float32Array(area * layout.floors * 4);
  const towards = new Float32Array(area * layout.floors * 2);
  const sees = sightOf(layout);

  for (const torch of fixtures.torches) {
    shine(torch.floor, torch.x, torch.z, TORCH_REACH, torch.group, (d) => torch.strength / (0.22 + d * d * 1.5));
  }
  const gate = fixtures.gate;
  const gateReach = gate.free ? 0 : 0.28;
  shine(
    gate.floor,
    gate.column + 0.5 + gate.side.x * gateReach,
    gate.row + 0.5 + gate.side.z * gateReach,
    GATE_REACH,
    3,
    (d) => 0.75 / (0.3 + d * d * 0.6),
  );
  const { open } = fixtures;
  // Some light falls through the shafts of ladders, on both their floors: they are seen from afar.
  for (const ladder of fixtures.ladders) {
    for (const floor of [ladder.floor, ladder.floor + 1]) {
      shine(floor, ladder.column + 0.5, ladder.row + 0.5, SKY_REACH, 2, (d) => 0.3 / (0.4 + d * d * 2.5));
    }
  }
  open.forEach((isOpen, cell) => {
    if (!isOpen) return;
    const floor = Math.floor(cell / (layout.width * layout.height));
    const row = Math.floor(cell / layout.width) % layout.height;
    shine(floor, (cell % layout.width) + 0.5, row + 0.5, SKY_REACH, 2, (d) => 0.42 / (0.55 + d * d * 2.2));
  });

  const encodedLight = new Uint8Array(light.length);
  for (let i = 0; i < light.length; i++) {
    encodedLight[i] = Math.round(255 * Math.sqrt(Math.min(1, (light[i] as number) / LIGHT_MAX)));
  }
  const shape = new Uint8Array(light.length);
  const top = layout.floors - 1;
  for (let floor = 0; floor < layout.floors; floor++) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const square = floor * area + row * width + column;
        const x = (column + 0.5) / SQUARES;
        const z = (row + 0.5) / SQUARES;
        const sum =
          (light[square * 4] as number) + (light[square * 4 + 1] as number) + (light[square * 4 + 3] as number);
        const scale = sum > 0.001 ? 1 / sum : 0;
        shape[square * 4] = Math.round(128 + 127 * Math.max(-1, Math.min(1, (towards[square * 2] as number) * scale)));
        shape[square * 4 + 1] = Math.round(
          128 + 127 * Math.max(-1, Math.min(1, (towards[square * 2 + 1] as number) * scale)),
        );
        shape[square * 4 + 2] = Math.round(255 * openness(layout, floor, x, z));
        shape[square * 4 + 3] = floor === top && isMoonlit(x, z) ? 255 : 0;
      }
    }
  }
  return { width, height, floors: layout.floors, light: encodedLight, shape, open: open.map((isOpen) => isOpen * 255) };

  /** Adds a light to every square that it sees. Light that meets a floor's edge ends there. */
  function shine(
    floor: number,
    x: number,
    z: number,
    reach: number,
    channel: number,
    power: (d: number) => number,
  ): void {
    const left = Math.max(0, Math.floor((x - reach) * SQUARES));
    const right = Math.min(width - 1, Math.ceil((x + reach) * SQUARES));
    const near = Math.max(0, Math.floor((z - reach) * SQUARES));
    const far = Math.min(height - 1, Math.ceil((z + reach) * SQUARES));
    for (let row = near; row <= far; row++) {
      for (let column = left; column <= right; column++) {
        const px = (column + 0.5) / SQUARES;
        const pz = (row + 0.5) / SQUARES;
        const dx = x - px;
        const dz = z - pz;
        const distance = Math.hypot(dx, dz);
        if (distance > reach || !sees(floor, px, pz, x, z)) continue;
        const fade = 1 - distance / reach;
        const amount = power(distance) * fade * fade * (3 - 2 * fade);
        const square = floor * area + row * width + column;
        (light[square * 4 + channel] as number) += amount;
        if (channel === 2) continue;
        const length = Math.max(distance, 0.15);
        (towards[square * 2] as number) += (dx / length) * amount;
        (towards[square * 2 + 1] as number) += (dz / length) * amount;
      }
    }
  }

  /** Whether the moon reaches the flagstones here: through a hole in the ceiling, with no wall between. */
  function isMoonlit(x: number, z: number): boolean {
    const mx = x + MOON_SLANT.x * CEILING;
    const mz = z + MOON_SLANT.z * CEILING;
    const column = Math.floor(mx);
    const row = Math.floor(mz);
    if (column < 0 || row < 0 || column >= layout.width || row >= layout.height) return false;
    return open[(top * layout.height + row) * layout.width + column] === 1 && sees(top, x, z, mx, mz);
  }
}

/** Whether two places of a floor see each other past the walls. Both must be within the layout. */
export function sightOf(layout: Layout): (floor: number, ax: number, az: number, bx: number, bz: number) => boolean {
  const { width, height, cells } = layout;
  const [north, east, south, west] = SIDES.map((side) => side.wall) as [number, number, number, number];
  return (floor, ax, az, bx, bz) => {
    let column = Math.floor(ax);
    let row = Math.floor(az);
    const endColumn = Math.floor(bx);
    const endRow = Math.floor(bz);
    const dx = bx - ax;
    const dz = bz - az;
    const stepX = dx > 0 ? 1 : -1;
    const stepZ = dz > 0 ? 1 : -1;
    const perX = dx === 0 ? Infinity : Math.abs(1 / dx);
    const perZ = dz === 0 ? Infinity : Math.abs(1 / dz);
    let nextX = dx === 0 ? Infinity : (dx > 0 ? column + 1 - ax : ax - column) * perX;
    let nextZ = dz === 0 ? Infinity : (dz > 0 ? row + 1 - az : az - row) * perZ;
    while (column !== endColumn || row !== endRow) {
      const bits = cells[(floor * height + row) * width + column] ?? ALL_WALLS;
      if (nextX < nextZ) {
        if (bits & (stepX > 0 ? east : west)) return false;
        column += stepX;
        nextX += perX;
      } else {
        if (bits & (stepZ > 0 ? south : north)) return false;
        row += stepZ;
        nextZ += perZ;
      }
      if (nextX > 1 + perX && nextZ > 1 + perZ) return true;
    }
    return true;
  };
}

/** 0 in the corner of two walls, 1 away from walls. */
function openness(layout: Layout, floor: number, x: number, z: number): number {
  const column = Math.floor(x);
  const row = Math.floor(z);
  const bits = layout.cells[(floor * layout.height + row) * layout.width + column] ?? ALL_WALLS;
  const fx = x - column;
  const fz = z - row;
  const gap = (side: number, distance: number): number => (bits & side ? Math.min(1, (distance - 0.06) / 0.3) : 1);
  const [north, east, south, west] = SIDES.map((side) => side.wall) as [number, number, number, number];
  const all = gap(north, fz) * gap(south, 1 - fz) * gap(west, fx) * gap(east, 1 - fx);
  return 0.35 + 0.65 * Math.sqrt(Math.max(0, all));
}
