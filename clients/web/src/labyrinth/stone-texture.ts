/**
 * What the labyrinth is made of, painted by formulas: no picture is loaded. Each surface repeats seamlessly; two cells
 * wide (walls: and one storey high). Pure: the same size, the same bytes.
 */
import { grain, smooth } from './grain.ts';

/** The surfaces, by their layer in the texture. */
export const Surface = {
  ASHLAR: 0,
  FRIEZE: 1,
  FLOOR: 2,
  CEILING: 3,
  WOOD: 4,
  PLASTER: 5,
  BRONZE: 6,
} as const;

export const SURFACES = 7;

export interface StoneTexture {
  /** Side of a layer in pixels, a power of two. */
  readonly size: number;
  /** Layers of RGBA: colour (sRGB), and how deep in a cavity (0) or out in the open (255). */
  readonly colour: Uint8Array<ArrayBuffer>;
  /** Layers of RGBA: the normal's lean along u and v (128 is none), gloss, 255. */
  readonly relief: Uint8Array<ArrayBuffer>;
}

type Rgb = readonly [number, number, number];

/** What is at a point of a surface. */
interface Spot {
  /** 0 to 1, 1 is out. */
  height: number;
  r: number;
  g: number;
  b: number;
  gloss: number;
}

type Painter = (u: number, v: number, spot: Spot) => void;

/** All surfaces unpainted: grey and flat. */
export function plainTexture(size: number): StoneTexture {
  const bytes = size * size * 4 * SURFACES;
  return { size, colour: new Uint8Array(bytes).fill(110), relief: new Uint8Array(bytes).fill(128) };
}

/** Paints one surface; all of them are some hundred milliseconds of work, so callers take them one by one. */
export function paintSurface(texture: StoneTexture, layer: number): void {
  const { size, colour, relief } = texture;
  const paint = PAINTERS[layer] as Painter;
  const heights = new Float32Array(size * size);
  const start = layer * size * size * 4;
  const spot: Spot = { height: 0, r: 0, g: 0, b: 0, gloss: 0 };
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      paint((x + 0.5) / size, (y + 0.5) / size, spot);
      const i = start + (y * size + x) * 4;
      heights[y * size + x] = spot.height;
      colour[i] = byte(spot.r);
      colour[i + 1] = byte(spot.g);
      colour[i + 2] = byte(spot.b);
      relief[i + 2] = byte(spot.gloss);
      relief[i + 3] = 255;
    }
  }
  const bump = (BUMPS[layer] as number) * (size / 512) * 4.5;
  const at = (x: number, y: number): number => heights[(y & (size - 1)) * size + (x & (size - 1))] as number;
  const reach = Math.max(1, size >> 6);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const i = start + (y * size + x) * 4;
      relief[i] = byte(0.5 + (at(x - 1, y) - at(x + 1, y)) * bump);
      relief[i + 1] = byte(0.5 + (at(x, y - 1) - at(x, y + 1)) * bump);
      const around = (at(x - reach, y) + at(x + reach, y) + at(x, y - reach) + at(x, y + reach)) / 4;
      colour[i + 3] = byte(0.82 + (at(x, y) - around) * 3);
    }
  }
}

function byte(value: number): number {
  return Math.round(255 * Math.min(1, Math.max(0, value)));
}

// ——— noise, from one small tile that is looked up at many scales ———

const TILE = 128;
const tile = new Float32Array(TILE * TILE);
for (let i = 0; i < tile.length; i++) tile[i] = grain(i, 101);

/** Soft noise, 0 to 1; repeats where u or v passes 1. `scale` is a whole number up to 128. */
function noise(u: number, v: number, scale: number, salt: number): number {
  const x = u * scale;
  const y = v * scale;
  const column = Math.floor(x);
  const row = Math.floor(y);
  const fx = x - column;
  const fy = y - row;
  const sx = fx * fx * (3 - 2 * fx);
  const sy = fy * fy * (3 - 2 * fy);
  const left = (((column % scale) + scale) % scale) + salt * 37;
  const right = ((((column + 1) % scale) + scale) % scale) + salt * 37;
  const top = (((row % scale) + scale) % scale) + salt * 59;
  const bottom = ((((row + 1) % scale) + scale) % scale) + salt * 59;
  const at = (c: number, r: number): number => tile[(r & (TILE - 1)) * TILE + (c & (TILE - 1))] as number;
  const a = at(left, top) + (at(right, top) - at(left, top)) * sx;
  const b = at(left, bottom) + (at(right, bottom) - at(left, bottom)) * sx;
  return a + (b - a) * sy;
}

/** Noise of several scales on top of each other, 0 to 1. */
function rough(u: number, v: number, scale: number, salt: number, octaves = 4): number {
  let sum = 0;
  let weight = 0.5;
  let all = 0;
  let now = scale;
  for (let i = 0; i < octaves && now <= 128; i++) {
    sum += noise(u, v, now, salt + i) * weight;
    all += weight;
    weight *= 0.55;
    now *= 2;
  }
  return sum / all;
}

function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}

function dye(spot: Spot, from: Rgb, to: Rgb, t: number): void {
  spot.r = mix(from[0], to[0], t);
  spot.g = mix(from[1], to[1], t);
  spot.b = mix(from[2], to[2], t);
}

function blend(spot: Spot, to: Rgb, t: number): void {
  spot.r = mix(spot.r, to[0], t);
  spot.g = mix(spot.g, to[1], t);
  spot.b = mix(spot.b, to[2], t);
}

function shade(spot: Spot, by: number): void {
  spot.r *= by;
  spot.g *= by;
  spot.b *= by;
}

// ——— colours: limestone and gypsum of Crete, its red, blue and ochre paint ———

const LIMESTONE: Rgb = [0.66, 0.59, 0.48];
const SAND: Rgb = [0.53, 0.44, 0.33];
const SOOT: Rgb = [0.2, 0.17, 0.145];
const MORTAR: Rgb = [0.27, 0.225, 0.18];
const MOSS: Rgb = [0.23, 0.27, 0.15];
const RED: Rgb = [0.5, 0.13, 0.085];
const BLUE: Rgb = [0.13, 0.27, 0.4];
const OCHRE: Rgb = [0.72, 0.5, 0.2];
const CHALK: Rgb = [0.78, 0.72, 0.6];

/** A block of masonry: how far inside its edges, and which one it is. */
interface Block {
  edge: number;
  id: number;
}

const block: Block = { edge: 0, id: 0 };

/** Courses of blocks. `rows` holds the courses' upper bounds along v; each has `counts` blocks along u. */
function masonry(u: number, v: number, rows: readonly number[], counts: readonly number[], salt: number): Block {
  // Edges that are not quite straight.
  const wu = u + (noise(u, v, 24, salt) - 0.5) * 0.009;
  const wv = v + (noise(u, v, 24, salt + 3) - 0.5) * 0.009;
  let row = 0;
  while (row < rows.length - 1 && wv >= (rows[row] as number)) row++;
  const bottom = row === 0 ? 0 : (rows[row - 1] as number);
  const top = rows[row] as number;
  const count = counts[row] as number;
  const shift = grain(row, salt, 1);
  // Blocks of different lengths: the joints are moved by up to a third of a block.
  const along = wu * count + shift;
  const index = Math.floor(along);
  const joint = (i: number): number => i + (grain(((i % count) + count) % count, row, salt) - 0.5) * 0.6;
  let left = index;
  if (along < joint(index)) left = index - 1;
  else if (along >= joint(index + 1)) left = index + 1;
  const from = joint(left);
  const to = joint(left + 1);
  const du = Math.min(along - from, to - along) / count;
  const dv = Math.min(wv - bottom, top - wv);
  block.edge = Math.min(du * 2, dv * 1.06);
  block.id = (((left % count) + count) % count) * 31 + row * 7 + salt * 131;
  return block;
}

function crack(u: number, v: number, salt: number): number {
  const line = Math.abs(rough(u, v, 4, salt, 4) - 0.5);
  const where = smooth(0.5, 0.68, noise(u, v, 5, salt + 9));
  return (1 - smooth(0, 0.012, line)) * where;
}

function stone(u: number, v: number, spot: Spot, tone: number, salt: number): void {
  const patches = rough(u, v, 6, salt, 4);
  const fine = rough(u, v, 48, salt + 5, 2);
  dye(spot, SAND, LIMESTONE, smooth(0.25, 0.75, patches * 0.65 + tone * 0.5));
  shade(spot, 0.78 + fine * 0.32 + (tone - 0.5) * 0.25);
  spot.height = 0.72 + (patches - 0.5) * 0.16 + (fine - 0.5) * 0.14 + (tone - 0.5) * 0.1;
  spot.gloss = 0.12 + patches * 0.1;
}

const ASHLAR_ROWS = [0.2, 0.38, 0.53, 0.69, 0.84, 1];
const ASHLAR_COUNTS = [4, 5, 4, 6, 5, 6];

function ashlar(u: number, v: number, spot: Spot): void {
  const { edge, id } = masonry(u, v, ASHLAR_ROWS, ASHLAR_COUNTS, 3);
  const tone = grain(id, 21);
  stone(u, v, spot, tone, 7);
  const chips = (noise(u, v, 40, 2) - 0.55) * 0.022;
  const inside = smooth(0.001, 0.013, edge - Math.max(0, chips));
  const pits = smooth(0.7, 0.82, noise(u, v, 64, 17)) * 0.12;
  const split = crack(u, v, 31);
  blend(spot, MORTAR, 1 - inside);
  spot.height = mix(0.3, spot.height - pits, inside) - split * 0.35;
  shade(spot, 1 - split * 0.5 - pits);
  weather(u, v, spot);
}

/** Damp from below, soot and drips from above. */
function weather(u: number, v: number, spot: Spot): void {
  const damp = smooth(0.3, 0, v + (rough(u, v, 6, 41, 3) - 0.5) * 0.3);
  blend(spot, MOSS, damp * 0.42 * smooth(0.35, 0.7, rough(u, v, 12, 44, 2)));
  shade(spot, 1 - damp * 0.3);
  const drip = smooth(0.56, 0.8, noise(u, 0.5, 40, 47)) * smooth(0.35, 1, v) * noise(u, v, 6, 48);
  blend(spot, SOOT, drip * 0.45);
  blend(spot, SOOT, smooth(0.82, 1.05, v + (noise(u, v, 10, 49) - 0.5) * 0.16) * 0.5);
}

const DADO_ROWS = [0.34, 0.52, 0.6, 0.88, 1];
const DADO_COUNTS = [3, 4, 5, 1, 6];

function frieze(u: number, v: number, spot: Spot): void {
  const painted = v >= 0.6 && v < 0.88;
  const { edge, id } = masonry(u, v, DADO_ROWS, DADO_COUNTS, 5);
  stone(u, v, spot, grain(id, 22), 9);
  const inside = smooth(0.001, 0.012, edge);
  if (!painted) {
    blend(spot, MORTAR, 1 - inside);
    spot.height = mix(0.3, spot.height, inside);
  } else {
    const bare = smooth(0.56, 0.64, rough(u, v, 5, 61, 4) + Math.max(0, 0.06 - (v - 0.6)) * 3);
    const worn = rough(u, v, 16, 63, 3);
    const paint: Rgb = pattern(u, (v - 0.6) / 0.28);
    const tone = 0.72 + worn * 0.45;
    const r = mix(paint[0], CHALK[0] * 0.8, smooth(0.5, 0.85, worn) * 0.5) * tone;
    const g = mix(paint[1], CHALK[1] * 0.8, smooth(0.5, 0.85, worn) * 0.5) * tone;
    const b = mix(paint[2], CHALK[2] * 0.8, smooth(0.5, 0.85, worn) * 0.5) * tone;
    spot.r = mix(r, spot.r * 0.8, bare);
    spot.g = mix(g, spot.g * 0.8, bare);
    spot.b = mix(b, spot.b * 0.8, bare);
    spot.height = mix(0.86, spot.height - 0.1, bare);
    spot.gloss = mix(0.3, 0.1, bare);
  }
  const split = crack(u, v, 33);
  spot.height -= split * 0.3;
  shade(spot, 1 - split * 0.45);
  weather(u, v, spot);
}

/** A band of running spirals between stripes; v from 0 (below) to 1. */
function pattern(u: number, v: number): Rgb {
  if (v < 0.07 || v > 0.93) return RED;
  if (v < 0.12 || v > 0.88) return CHALK;
  if (v < 0.17 || v > 0.83) return BLUE;
  const count = 7;
  const x = (((u * count) % 1) + 1) % 1;
  const y = (v - 0.17) / 0.66;
  // The band is 0.28 of 1.06 high, a spiral 2 / count wide.
  const px = (x - 0.5) * 1.16;
  const py = y - 0.5;
  const radius = Math.hypot(px, py);
  const turn = Math.atan2(py, px) / (Math.PI * 2);
  if (radius < 0.44) {
    const arm = radius * 5.2 - turn;
    const phase = arm - Math.floor(arm);
    if (radius < 0.07) return RED;
    return phase < 0.5 ? RED : OCHRE;
  }
  // Waves that run from spiral to spiral.
  return py > 0.36 * Math.sin(x * Math.PI * 2) ? OCHRE : BLUE;
}

function floor(u: number, v: number, spot: Spot): void {
  const rows = [0.14, 0.27, 0.42, 0.55, 0.71, 0.85, 1];
  const counts = [6, 5, 7, 5, 6, 7, 5];
  const { edge, id } = masonry(u, v, rows, counts, 11);
  const tone = grain(id, 23);
  stone(u, v, spot, tone, 13);
  shade(spot, 0.82);
  const inside = smooth(0.001, 0.012, edge);
  const split = crack(u, v, 35);
  // Stones that feet have hollowed out.
  const tread = smooth(0, 0.1, edge) * 0.06 * tone;
  blend(spot, MORTAR, (1 - inside) * 0.9);
  blend(spot, MOSS, (1 - inside) * 0.35 * smooth(0.5, 0.7, rough(u, v, 8, 71, 2)));
  spot.height = mix(0.28, spot.height - tread, inside) - split * 0.3;
  spot.gloss = mix(0.05, 0.3 + tone * 0.25, inside);
  shade(spot, 1 - split * 0.5);
  blend(spot, SOOT, smooth(0.55, 0.8, rough(u, v, 5, 73, 3)) * 0.4);
}

function ceiling(u: number, v: number, spot: Spot): void {
  // Beams across, planks between them.
  const beams = 6;
  const x = (((u * beams) % 1) + 1) % 1;
  const beam = smooth(0.14, 0.17, Math.min(x, 1 - x) - 0.0) < 0.5;
  const which = Math.round(u * beams) % beams;
  if (beam) {
    const lines = rough(u * 1, v * 1, 3, 81 + which, 3);
    const fibre = noise(u, v, 128, 84) * 0.5 + noise(u, v, 6, 83) * 0.5;
    dye(spot, [0.15, 0.1, 0.065], [0.29, 0.2, 0.125], lines * 0.6 + fibre * 0.4);
    const round = Math.min(x, 1 - x) / 0.15;
    spot.height = 0.95 - round * round * 0.3 + (fibre - 0.5) * 0.08;
    spot.gloss = 0.15;
  } else {
    const plank = Math.floor(v * 12);
    const y = v * 12 - plank;
    const tone = grain(plank, Math.floor(u * beams), 9);
    const fibre = rough(u, v, 64, 87, 2);
    dye(spot, [0.12, 0.085, 0.06], [0.23, 0.165, 0.11], fibre * 0.6 + tone * 0.4);
    const gap = smooth(0, 0.06, Math.min(y, 1 - y));
    spot.height = mix(0.15, 0.4 + tone * 0.06 + fibre * 0.05, gap);
    shade(spot, 0.5 + gap * 0.5);
    spot.gloss = 0.08;
  }
}

function wood(u: number, v: number, spot: Spot): void {
  const fibre = noise(u, v, 128, 91) * 0.35 + noise(u, v * 0.25, 32, 92) * 0.65;
  const knots = smooth(0.74, 0.9, noise(u, v, 8, 93));
  dye(spot, [0.25, 0.16, 0.09], [0.47, 0.32, 0.18], fibre);
  shade(spot, 1 - knots * 0.5);
  spot.height = 0.5 + fibre * 0.3;
  spot.gloss = 0.2;
}

function plaster(u: number, v: number, spot: Spot): void {
  const worn = rough(u, v, 6, 95, 4);
  const bare = smooth(0.62, 0.68, worn);
  dye(spot, [0.86, 0.83, 0.78], [1, 0.98, 0.94], rough(u, v, 24, 97, 2));
  shade(spot, mix(1, 0.62, bare));
  shade(spot, 0.85 + noise(u, v, 64, 98) * 0.2);
  spot.height = mix(0.8, 0.6, bare);
  spot.gloss = mix(0.4, 0.1, bare);
}

function bronze(u: number, v: number, spot: Spot): void {
  const patina = smooth(0.5, 0.75, rough(u, v, 8, 99, 3));
  dye(spot, [0.32, 0.22, 0.12], [0.2, 0.27, 0.22], patina);
  spot.height = 0.6 + patina * 0.1 + noise(u, v, 64, 96) * 0.1;
  spot.gloss = mix(0.8, 0.3, patina);
}

const PAINTERS: readonly Painter[] = [ashlar, frieze, floor, ceiling, wood, plaster, bronze];
/** How strongly a surface's heights lean its normals. */
const BUMPS: readonly number[] = [1, 0.8, 0.9, 1, 0.7, 0.35, 0.5];
