/**
 * Builds the labyrinth's body: floors, ceilings, walls, posts and columns, ladders, torch holders, the exit's gate.
 * The maze is cut into blocks of cells, so that what is behind the camera need not be drawn and what is near is drawn
 * first.
 */
import {
  ALL_WALLS,
  LADDER_DOWN,
  LADDER_UP,
  type Layout,
  WALL_EAST,
  WALL_NORTH,
  WALL_SOUTH,
  WALL_WEST,
} from '@clew/maze';
import type { Fixtures, Leaning, Torch } from './fixtures.ts';
import { grain, softGrain } from './grain.ts';
import { CEILING, POST_HALF, STOREY, WALL_HALF } from './measures.ts';
import { PLAIN, type Point, Quads, type Tint } from './quads.ts';
import { Surface } from './stone-texture.ts';

/** Cells along the side of a block. */
const BLOCK = 5;
/** Half of the opening in a slab that a ladder leads through. */
export const SHAFT_HALF = 0.27;

export interface Block {
  /** Where the block's own coordinates begin. */
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly quads: Quads;
}

export function masonryOf(layout: Layout, fixtures: Fixtures): Block[] {
  const { width, height, floors } = layout;
  const blocks: Block[] = [];
  for (let floor = 0; floor < floors; floor++) {
    for (let row = 0; row <= height; row += BLOCK) {
      for (let column = 0; column <= width; column += BLOCK) {
        const block = { x: column + BLOCK / 2, y: floor * STOREY, z: row + BLOCK / 2, quads: new Quads() };
        build(layout, fixtures, floor, column, row, block);
        if (!block.quads.isEmpty) blocks.push(block);
      }
    }
  }
  return blocks;
}

function build(layout: Layout, fixtures: Fixtures, floor: number, left: number, top: number, block: Block): void {
  const { width, height, cells } = layout;
  const { quads } = block;
  const bitsAt = (column: number, row: number): number =>
    column < 0 || row < 0 || column >= width || row >= height
      ? 0
      : (cells[(floor * height + row) * width + column] ?? ALL_WALLS);
  for (let row = top; row < Math.min(top + BLOCK, height + 1); row++) {
    for (let column = left; column < Math.min(left + BLOCK, width + 1); column++) {
      const x = column - block.x;
      const z = row - block.z;
      if (column < width && row < height) {
        const cell = (floor * height + row) * width + column;
        const bits = bitsAt(column, row);
        layFloor(quads, x, z, column, row, (bits & LADDER_DOWN) !== 0);
        roof(quads, layout, fixtures, cell, x, z, column, row);
      }
      // The wall along the cell's north and west; beyond the last row and column they are its neighbours' others.
      const northern = row < height ? bitsAt(column, row) & WALL_NORTH : bitsAt(column, row - 1) & WALL_SOUTH;
      const western = column < width ? bitsAt(column, row) & WALL_WEST : bitsAt(column - 1, row) & WALL_EAST;
      if (northern && column < width) {
        if (row > 0) wall(quads, [x + 1, z - WALL_HALF], [x, z - WALL_HALF], column, row, 0);
        if (row < height) wall(quads, [x, z + WALL_HALF], [x + 1, z + WALL_HALF], column, row, 1);
      }
      if (western && row < height) {
        if (column > 0) wall(quads, [x - WALL_HALF, z], [x - WALL_HALF, z + 1], column, row, 2);
        if (column < width) wall(quads, [x + WALL_HALF, z + 1], [x + WALL_HALF, z], column, row, 3);
      }
      corner(column, row, x, z);
    }
  }
  for (const ladder of fixtures.ladders) {
    if (ladder.floor === floor && isHere(ladder.column, ladder.row)) raiseLadder(quads, block, ladder);
  }
  for (const torch of fixtures.torches) {
    if (torch.floor === floor && isHere(Math.floor(torch.x), Math.floor(torch.z))) hold(quads, block, torch);
  }
  const { gate } = fixtures;
  if (gate.floor === floor && isHere(gate.column, gate.row)) raiseGate(quads, block, gate);

  function isHere(column: number, row: number): boolean {
    return column >= left && column < left + BLOCK && row >= top && row < top + BLOCK;
  }

  /** A post where walls meet; a column where one ends freely. */
  function corner(column: number, row: number, x: number, z: number): void {
    const east = bitsAt(column, row) & WALL_NORTH || bitsAt(column, row - 1) & WALL_SOUTH;
    const west = bitsAt(column - 1, row) & WALL_NORTH || bitsAt(column - 1, row - 1) & WALL_SOUTH;
    const south = bitsAt(column, row) & WALL_WEST || bitsAt(column - 1, row) & WALL_EAST;
    const north = bitsAt(column, row - 1) & WALL_WEST || bitsAt(column - 1, row - 1) & WALL_EAST;
    const walls = [east, west, south, north].filter((bits) => bits).length;
    if (walls === 0) return;
    if (walls === 1) {
      raiseColumn(quads, x, z, grain(column, row, 41));
      return;
    }
    const straight = walls === 2 && ((east && west) || (north && south));
    const half = straight ? POST_HALF : POST_HALF + 0.012;
    const tint = toneOf(column, row, 3);
    quads.addBox([x - half, 0, z - half], [x + half, CEILING, z + half], Surface.ASHLAR, tint, ['y+', 'y-']);
    const wide = half + 0.022;
    quads.addBox([x - wide, 0, z - wide], [x + wide, 0.07, z + wide], Surface.ASHLAR, tint, ['y-']);
    quads.addBox([x - wide, CEILING - 0.08, z - wide], [x + wide, CEILING, z + wide], Surface.ASHLAR, tint, ['y+']);
  }
}

/** How light a piece of stone is: places differ a little, and change slowly. */
function toneOf(column: number, row: number, salt: number): Tint {
  const tone = 0.86 + softGrain(column * 0.31, row * 0.31, 1024, 51) * 0.22 + grain(column, row, salt) * 0.08;
  const warmth = softGrain(column * 0.23, row * 0.23, 1024, 57);
  return [tone, tone * (0.965 + warmth * 0.03), tone * (0.9 + warmth * 0.08)];
}

function layFloor(quads: Quads, x: number, z: number, column: number, row: number, hasShaft: boolean): void {
  const tint = toneOf(column, row, 1);
  const lay = (x0: number, z0: number, x1: number, z1: number): void =>
    quads.add(
      [
        [x + x0, 0, z + z1],
        [x + x1, 0, z + z1],
        [x + x1, 0, z + z0],
        [x + x0, 0, z + z0],
      ],
      {
        surface: Surface.FLOOR,
        u0: (column + x0) / 2,
        v0: -(row + z1) / 2,
        u1: (column + x1) / 2,
        v1: -(row + z0) / 2,
      },
      tint,
    );
  if (!hasShaft) {
    lay(0, 0, 1, 1);
    return;
  }
  const low = 0.5 - SHAFT_HALF;
  const high = 0.5 + SHAFT_HALF;
  lay(0, 0, 1, low);
  lay(0, high, 1, 1);
  lay(0, low, low, high);
  lay(high, low, 1, high);
  const rim: Tint = [0.95, 0.9, 0.85];
  const [a, b, c, d] = [x + low, z + low, x + high, z + high];
  // A wooden frame around the shaft, and the slab's edges within it.
  quads.addBox([a - 0.05, 0, b - 0.05], [c + 0.05, 0.025, b], Surface.WOOD, rim, ['y-']);
  quads.addBox([a - 0.05, 0, d], [c + 0.05, 0.025, d + 0.05], Surface.WOOD, rim, ['y-']);
  quads.addBox([a - 0.05, 0, b], [a, 0.025, d], Surface.WOOD, rim, ['y-']);
  quads.addBox([c, 0, b], [c + 0.05, 0.025, d], Surface.WOOD, rim, ['y-']);
  inside(quads, a, b, c, d, CEILING - STOREY, 0.025);
}

/** The four inner faces of a shaft. */
function inside(quads: Quads, x0: number, z0: number, x1: number, z1: number, y0: number, y1: number): void {
  const patch = { surface: Surface.WOOD, u0: 0, v0: 0, u1: 0.3, v1: 0.15 };
  quads.add(
    [
      [x0, y0, z0],
      [x1, y0, z0],
      [x1, y1, z0],
      [x0, y1, z0],
    ],
    patch,
  );
  quads.add(
    [
      [x1, y0, z1],
      [x0, y0, z1],
      [x0, y1, z1],
      [x1, y1, z1],
    ],
    patch,
  );
  quads.add(
    [
      [x0, y0, z1],
      [x0, y0, z0],
      [x0, y1, z0],
      [x0, y1, z1],
    ],
    patch,
  );
  quads.add(
    [
      [x1, y0, z0],
      [x1, y0, z1],
      [x1, y1, z1],
      [x1, y1, z0],
    ],
    patch,
  );
}

function roof(
  quads: Quads,
  layout: Layout,
  fixtures: Fixtures,
  cell: number,
  x: number,
  z: number,
  column: number,
  row: number,
): void {
  const { open } = fixtures;
  const y = CEILING;
  const slab = STOREY - CEILING;
  if (open[cell]) {
    // The broken edges of the slabs around, and here and there a beam that held.
    const edges: [number, number, number, readonly [Point, Point]][] = [
      [
        0,
        -1,
        -layout.width,
        [
          [x, y, z],
          [x + 1, y, z],
        ],
      ],
      [
        1,
        0,
        1,
        [
          [x + 1, y, z],
          [x + 1, y, z + 1],
        ],
      ],
      [
        0,
        1,
        layout.width,
        [
          [x + 1, y, z + 1],
          [x, y, z + 1],
        ],
      ],
      [
        -1,
        0,
        -1,
        [
          [x, y, z + 1],
          [x, y, z],
        ],
      ],
    ];
    for (const [dx, dz, step, [a, b]] of edges) {
      const inside = column + dx >= 0 && column + dx < layout.width && row + dz >= 0 && row + dz < layout.height;
      if (inside && open[cell + step]) continue;
      quads.add([a, b, [b[0], y + slab, b[2]], [a[0], y + slab, a[2]]], {
        surface: Surface.ASHLAR,
        u0: 0,
        v0: 0.4,
        u1: 0.5,
        v1: 0.53,
      });
    }
    const chance = grain(column, row, 61);
    const beam: Tint = [0.8, 0.75, 0.7];
    if (chance < 0.3) quads.addBox([x - 0.1, y - 0.02, z + 0.3], [x + 1.1, y + 0.1, z + 0.42], Surface.WOOD, beam);
    else if (chance < 0.6)
      quads.addBox([x + 0.55, y - 0.02, z - 0.1], [x + 0.67, y + 0.1, z + 1.1], Surface.WOOD, beam);
    return;
  }
  const bits = layout.cells[cell] ?? 0;
  const hang = (x0: number, z0: number, x1: number, z1: number): void =>
    quads.add(
      [
        [x + x0, y, z + z0],
        [x + x1, y, z + z0],
        [x + x1, y, z + z1],
        [x + x0, y, z + z1],
      ],
      {
        surface: Surface.CEILING,
        u0: (column + x0) / 2,
        v0: (row + z0) / 2,
        u1: (column + x1) / 2,
        v1: (row + z1) / 2,
      },
      PLAIN,
    );
  if (!(bits & LADDER_UP)) {
    hang(0, 0, 1, 1);
    return;
  }
  const low = 0.5 - SHAFT_HALF;
  const high = 0.5 + SHAFT_HALF;
  hang(0, 0, 1, low);
  hang(0, high, 1, 1);
  hang(0, low, low, high);
  hang(high, low, 1, high);
}

/** One face of a wall; `from` and `to` are its lower corners (x, z), left and right as one looks at it. */
function wall(
  quads: Quads,
  from: readonly [number, number],
  to: readonly [number, number],
  column: number,
  row: number,
  face: number,
): void {
  const painted = softGrain(column * 0.37 + 9, row * 0.37 + face, 1024, 71) > 0.55;
  const shift = Math.floor(grain(column, row, face, 5) * 4) / 4;
  const patch = { surface: painted ? Surface.FRIEZE : Surface.ASHLAR, u0: shift, v0: 0, u1: shift + 0.5, v1: 1 };
  const [ax, az] = from;
  const [bx, bz] = to;
  quads.add(
    [
      [ax, 0, az],
      [bx, 0, bz],
      [bx, CEILING, bz],
      [ax, CEILING, az],
    ],
    patch,
    toneOf(column, row, 2),
  );
}

/** A column as in Knossos: red, slimmer below than above, with a black cushion on top. */
function raiseColumn(quads: Quads, x: number, z: number, chance: number): void {
  const red: Tint = chance < 0.75 ? [0.5, 0.1, 0.06] : [0.09, 0.085, 0.09];
  const dark: Tint = chance < 0.75 ? [0.09, 0.085, 0.09] : [0.5, 0.1, 0.06];
  quads.addTurned(
    x,
    0,
    z,
    [
      [0.15, 0],
      [0.15, 0.05],
      [0.1, 0.05],
    ],
    12,
    Surface.ASHLAR,
    [0.8, 0.78, 0.74],
  );
  quads.addTurned(
    x,
    0,
    z,
    [
      [0.1, 0.05],
      [0.128, 0.86],
    ],
    12,
    Surface.PLASTER,
    red,
  );
  quads.addTurned(
    x,
    0,
    z,
    [
      [0.128, 0.86],
      [0.165, 0.9],
      [0.172, 0.935],
      [0.15, 0.97],
    ],
    12,
    Surface.PLASTER,
    dark,
  );
  quads.addBox([x - 0.165, 0.97, z - 0.165], [x + 0.165, CEILING, z + 0.165], Surface.PLASTER, dark, ['y+']);
}

/** Two rails and rungs, from the floor to above the next one's, at the side of the shaft. */
function raiseLadder(quads: Quads, block: Block, ladder: Leaning): void {
  const { side } = ladder;
  // Where one walks past it, it is turned by an eighth, so that its rungs are seen.
  const reach = ladder.faced ? SHAFT_HALF - 0.05 : SHAFT_HALF - 0.12;
  const x = ladder.column + 0.5 + side.x * reach - block.x;
  const z = ladder.row + 0.5 + side.z * reach - block.z;
  const turn = ladder.faced ? 0 : Math.PI / 4;
  const ax = -side.z * Math.cos(turn) - side.x * Math.sin(turn);
  const az = side.x * Math.cos(turn) - side.z * Math.sin(turn);
  const top = STOREY + 0.34;
  const tint: Tint = [1.9, 1.7, 1.4];
  const half = 0.165;
  for (const hand of [-half, half]) {
    const rail = [
      [0.024, 0],
      [0.021, top],
      [0.034, top + 0.005],
      [0.034, top + 0.03],
      [0.001, top + 0.05],
    ] as const;
    quads.addTurned(x + ax * hand, 0, z + az * hand, rail.slice(0, 2), 7, Surface.WOOD, tint);
    quads.addTurned(x + ax * hand, 0, z + az * hand, rail.slice(1), 7, Surface.BRONZE, PLAIN);
  }
  for (let rung = 0.1; rung < top - 0.04; rung += 0.125) {
    const end = (hand: number): Point => [x + ax * hand, rung, z + az * hand];
    quads.addBeam(end(-half), end(half), 0.014, Surface.WOOD, tint);
  }
}

/** A bronze bowl on an arm out of the wall. */
function hold(quads: Quads, block: Block, torch: Torch): void {
  const x = torch.x - block.x;
  const z = torch.z - block.z;
  const { side } = torch;
  const [ax, az] = [Math.abs(side.z), Math.abs(side.x)];
  const bronze: Tint = [1.1, 1, 0.9];
  quads.addTurned(
    x,
    0.5,
    z,
    [
      [0.012, 0],
      [0.018, 0.05],
      [0.05, 0.1],
      [0.058, 0.115],
      [0.044, 0.118],
      [0.001, 0.1],
    ],
    8,
    Surface.BRONZE,
    bronze,
  );
  const [wx, wz] = [x + side.x * 0.1, z + side.z * 0.1];
  quads.addBox(
    [Math.min(x, wx) - ax * 0.012, 0.515, Math.min(z, wz) - az * 0.012],
    [Math.max(x, wx) + ax * 0.012, 0.54, Math.max(z, wz) + az * 0.012],
    Surface.BRONZE,
    bronze,
  );
  quads.addBox(
    [wx - ax * 0.035 - az * 0.012, 0.45, wz - az * 0.035 - ax * 0.012],
    [wx + ax * 0.035 + az * 0.012, 0.6, wz + az * 0.035 + ax * 0.012],
    Surface.BRONZE,
    bronze,
  );
}

/** The exit's gate: two pillars and a lintel with horns of consecration, before the wall. */
function raiseGate(quads: Quads, block: Block, gate: Leaning): void {
  const { side } = gate;
  const reach = gate.free ? 0 : 0.5 - WALL_HALF - 0.07;
  const x = gate.column + 0.5 + side.x * reach - block.x;
  const z = gate.row + 0.5 + side.z * reach - block.z;
  const [ax, az] = [Math.abs(side.z), Math.abs(side.x)];
  const chalk: Tint = [1.25, 1.22, 1.15];
  const box = (from: number, to: number, low: number, high: number, depth: number): void =>
    quads.addBox(
      [x + ax * from - az * depth, low, z + az * from - ax * depth],
      [x + ax * to + az * depth, high, z + az * to + ax * depth],
      Surface.PLASTER,
      chalk,
    );
  box(-0.34, -0.25, 0, 0.8, 0.07);
  box(0.25, 0.34, 0, 0.8, 0.07);
  box(-0.38, 0.38, 0.8, 0.88, 0.085);
  box(-0.36, -0.22, 0, 0.05, 0.085);
  box(0.22, 0.36, 0, 0.05, 0.085);
  // Horns: two rising points.
  for (const hand of [-1, 1]) {
    for (let part = 0; part < 4; part++) {
      const inner = hand * (0.06 + part * 0.035);
      const outer = hand * (0.2 + part * 0.012);
      box(Math.min(inner, outer), Math.max(inner, outer), 0.88 + part * 0.03, 0.91 + part * 0.03, 0.045 - part * 0.006);
    }
  }
}
