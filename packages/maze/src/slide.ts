import { larger, magnitude, nearest, roundedUp } from './integer.ts';
import { WALL_EAST, WALL_NORTH, WALL_SOUTH, WALL_WEST } from './layout.ts';
import { CELL, cellsIn, RADIUS, restIn } from './units.ts';
import type { Walls } from './walls.ts';

/**
 * How a circle goes through a maze.
 *
 * Walls have no thickness; where walls meet or end there is a post. The circle's place is *free* when no wall and no
 * post is nearer to its centre than RADIUS.
 *
 * 1. A free circle stays free: a stride that would end elsewhere is pushed out of walls and off posts, and where that
 *    fails it is not made.
 * 2. No wall is crossed: a stride is shorter than RADIUS, so none reaches over a wall or over the end of one. Nor is
 *    a wall that only the cell behind it knows of: at the rim of what is known.
 */

/** The longest stride along x and along y; the diagonal of it, 181, is less than RADIUS (2). */
const STRIDE_MAX = 128;

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Moves a free circle by (dx, dy) on a floor, along walls and around their ends. */
export function slide(from: Point, floor: number, dx: number, dy: number, walls: Walls): Point {
  const strides = roundedUp(larger(magnitude(dx), magnitude(dy)) / STRIDE_MAX);
  let place = from;
  let goneX = 0;
  let goneY = 0;
  for (let stride = 1; stride <= strides; stride++) {
    const strideX = nearest((dx * stride) / strides) - goneX;
    const strideY = nearest((dy * stride) / strides) - goneY;
    goneX += strideX;
    goneY += strideY;
    place = take(place, floor, strideX, strideY, walls);
  }
  return place;
}

/** Whether a circle can be there. */
export function isFree({ x, y }: Point, floor: number, walls: Walls): boolean {
  const column = cellsIn(x);
  const row = cellsIn(y);
  const left = restIn(x);
  const top = restIn(y);
  const bits = walls(column, row, floor);
  if (bits & WALL_WEST && left < RADIUS) return false;
  if (bits & WALL_EAST && CELL - left < RADIUS) return false;
  if (bits & WALL_NORTH && top < RADIUS) return false;
  if (bits & WALL_SOUTH && CELL - top < RADIUS) return false;
  const cornerX = left < RADIUS ? -1 : CELL - left < RADIUS ? 1 : 0;
  const cornerY = top < RADIUS ? -1 : CELL - top < RADIUS ? 1 : 0;
  if (!isPost(column, row, floor, cornerX, cornerY, walls)) return true;
  const awayX = cornerX < 0 ? left : left - CELL;
  const awayY = cornerY < 0 ? top : top - CELL;
  return awayX * awayX + awayY * awayY >= RADIUS * RADIUS;
}

/** One stride, or as much of it as can be (1). */
function take(from: Point, floor: number, dx: number, dy: number, walls: Walls): Point {
  const both = pushedOut({ x: from.x + dx, y: from.y + dy }, floor, walls);
  if (isOpen(from, both, floor, walls)) return both;
  const alongX = { x: from.x + dx, y: from.y };
  if (isOpen(from, alongX, floor, walls)) return alongX;
  const alongY = { x: from.x, y: from.y + dy };
  if (isOpen(from, alongY, floor, walls)) return alongY;
  return from;
}

/** Whether a stride ends at a free place and not behind a wall of the cell that it ends in (2). */
function isOpen(from: Point, to: Point, floor: number, walls: Walls): boolean {
  if (!isFree(to, floor, walls)) return false;
  const column = cellsIn(to.x);
  const row = cellsIn(to.y);
  const columns = column - cellsIn(from.x);
  const rows = row - cellsIn(from.y);
  if (columns === 0 && rows === 0) return true;
  const facing =
    (columns > 0 ? WALL_WEST : columns < 0 ? WALL_EAST : 0) | (rows > 0 ? WALL_NORTH : rows < 0 ? WALL_SOUTH : 0);
  return (walls(column, row, floor) & facing) === 0;
}

/** The nearest place that is out of the cell's walls and off its posts. */
function pushedOut({ x, y }: Point, floor: number, walls: Walls): Point {
  const column = cellsIn(x);
  const row = cellsIn(y);
  const bits = walls(column, row, floor);
  let left = restIn(x);
  let top = restIn(y);
  if (bits & WALL_WEST && left < RADIUS) left = RADIUS;
  else if (bits & WALL_EAST && CELL - left < RADIUS) left = CELL - RADIUS;
  if (bits & WALL_NORTH && top < RADIUS) top = RADIUS;
  else if (bits & WALL_SOUTH && CELL - top < RADIUS) top = CELL - RADIUS;

  const cornerX = left < RADIUS ? -1 : CELL - left < RADIUS ? 1 : 0;
  const cornerY = top < RADIUS ? -1 : CELL - top < RADIUS ? 1 : 0;
  if (isPost(column, row, floor, cornerX, cornerY, walls)) {
    const awayX = cornerX < 0 ? left : CELL - left;
    const awayY = cornerY < 0 ? top : CELL - top;
    const distance = Math.sqrt(awayX * awayX + awayY * awayY);
    if (distance > 0 && distance < RADIUS) {
      // Rounded away from the post, so that the result is free.
      const pushedX = roundedUp((awayX * RADIUS) / distance);
      const pushedY = roundedUp((awayY * RADIUS) / distance);
      left = cornerX < 0 ? pushedX : CELL - pushedX;
      top = cornerY < 0 ? pushedY : CELL - pushedY;
    }
  }
  return { x: column * CELL + left, y: row * CELL + top };
}

/**
 * Whether a post stands in a corner of a cell that has no wall there itself: then it is the end of a wall of the cell
 * diagonally across.
 */
function isPost(column: number, row: number, floor: number, cornerX: number, cornerY: number, walls: Walls): boolean {
  if (cornerX === 0 || cornerY === 0) return false;
  const across = walls(column + cornerX, row + cornerY, floor);
  return (across & ((cornerX < 0 ? WALL_EAST : WALL_WEST) | (cornerY < 0 ? WALL_SOUTH : WALL_NORTH))) !== 0;
}
