import { type Layout, passagesOf } from './layout.ts';

/**
 * Which cells of a floor can see each other: some point of the one has a straight line to some point of the other that
 * crosses no wall. After Teller and Séquin ("Visibility preprocessing for interactive walkthroughs", 1991): from each
 * cell, step by step through open sides, as long as one line goes through all sides passed so far.
 *
 * A line uses two directions of the four at most, so steps go east and one of south and north; west is the same seen from
 * the other end. In a frame of cells around the beginning, east and that other way are the axes and lines have directions
 * in the first quadrant. The sides that were passed have a left and a right end each. A line of direction d goes through
 * all of them exactly if every left end lies to the left of every right end, seen along d: for all pairs
 * d × (left − right) ≥ 0. Each pair cuts off directions, and what is left of the quadrant is a cone: while it is
 * not empty, there is such a line. Whole numbers throughout; lines that touch the ends of walls count.
 */

const EAST = 1;
const SOUTH = 2;
const NORTH = 0;

/**
 * For a cell, whenever it is called for: calls `see` for each two cells of one floor that can see each other along a line that
 * begins there. All cells together give all pairs, in one order, some more than once.
 */
export function sightlinesFrom(layout: Layout, see: (cell: number, other: number) => void): (cell: number) => void {
  const walkers = [new Walker(layout, SOUTH, layout.width, see), new Walker(layout, NORTH, -layout.width, see)];
  return (cell) => {
    for (const walker of walkers) walker.walk(cell);
  };
}

/** Walks eastwards and one other way. */
class Walker {
  readonly #cells: Uint8Array;
  /** The number of the other way's bit, and what leads a step that way. */
  readonly #way: number;
  readonly #offset: number;
  readonly #see: (cell: number, other: number) => void;
  #from = 0;
  /** Ends of the sides that were passed: x and y of the left and the right one, side after side. */
  readonly #ends: number[] = [];
  /** What is left of the quadrant: from the direction `low` counter-clockwise to `high`. */
  #lowX = 1;
  #lowY = 0;
  #highX = 0;
  #highY = 1;

  constructor(layout: Layout, way: number, offset: number, see: (cell: number, other: number) => void) {
    this.#cells = layout.cells;
    this.#way = way;
    this.#offset = offset;
    this.#see = see;
  }

  walk(cell: number): void {
    this.#from = cell;
    this.#lowX = 1;
    this.#lowY = 0;
    this.#highX = 0;
    this.#highY = 1;
    this.#step(cell, 0, 0, 0);
  }

  /** On from a cell, x and y cells away from the beginning, that `sides` sides led to. */
  #step(cell: number, x: number, y: number, sides: number): void {
    const passages = passagesOf(this.#cells, cell);
    if (passages & (1 << EAST)) this.#pass(cell + 1, x + 1, y, sides, x + 1, y + 1, x + 1, y);
    if (passages & (1 << this.#way)) this.#pass(cell + this.#offset, x, y + 1, sides, x, y + 1, x + 1, y + 1);
  }

  /** Through one more side, if a line goes through it and all before. */
  #pass(
    cell: number,
    x: number,
    y: number,
    sides: number,
    leftX: number,
    leftY: number,
    rightX: number,
    rightY: number,
  ): void {
    const lowX = this.#lowX;
    const lowY = this.#lowY;
    const highX = this.#highX;
    const highY = this.#highY;
    const ends = this.#ends;
    let open = true;
    for (let at = 0; open && at < sides * 4; at += 4) {
      open =
        this.#cut(leftX - ends[at + 2]!, leftY - ends[at + 3]!) &&
        this.#cut(ends[at]! - rightX, ends[at + 1]! - rightY);
    }
    if (open) {
      this.#see(this.#from, cell);
      ends[sides * 4] = leftX;
      ends[sides * 4 + 1] = leftY;
      ends[sides * 4 + 2] = rightX;
      ends[sides * 4 + 3] = rightY;
      this.#step(cell, x, y, sides + 1);
    }
    this.#lowX = lowX;
    this.#lowY = lowY;
    this.#highX = highX;
    this.#highY = highY;
  }

  /** Leaves only the directions d with d × (x, y) ≥ 0; false when none is left. */
  #cut(x: number, y: number): boolean {
    if (x > 0 && y < 0) return false;
    if (x >= 0 && y >= 0) {
      if (this.#highX * y - this.#highY * x < 0) {
        this.#highX = x;
        this.#highY = y;
      }
    } else if (x <= 0 && y <= 0 && this.#lowX * y - this.#lowY * x < 0) {
      this.#lowX = -x;
      this.#lowY = -y;
    }
    return this.#lowX * this.#highY - this.#lowY * this.#highX >= 0;
  }
}
