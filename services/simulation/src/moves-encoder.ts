import { onlyMoved, turnBetween, type View } from '@clew/maze';
import type { Scratch } from '@clew/service-kit/scratch';

/** Tags of PlayResponse, FrameHeader, Region and Moves, as proto/clew/play/v1 numbers their fields. */
const HEADER = 0x12;
const TICK = 0x08;
const REGIONS = 0x1a;
const MOVES = 0x42;
/** In order of their columns: seats, x, y, z, heading, lastInput. */
const COLUMN_TAGS = [0x0a, 0x12, 0x1a, 0x22, 0x2a, 0x32] as const;
const COLUMNS = COLUMN_TAGS.length;

/** M3: a row for each avatar that moved in the tick under way, in room for the largest match. */
let rows = new Int32Array(64 * COLUMNS);
let moved = 0;
/** By column: nothing but zeros as long as this is 0. */
const used = new Int32Array(COLUMNS);

/**
 * The frame of a tick in which avatars moved and nothing else happened, which nearly all are: as `delta` and the generated
 * writer would make it, without lists and messages in between. Undefined when something else happened.
 */
export function encodeMoves(base: View, next: View, scratch: Scratch): Uint8Array | undefined {
  if (base.layout !== next.layout || base.level !== next.level || base.clews !== next.clews) return undefined;
  if (!gather(base, next)) return undefined;
  scratch.uint32(HEADER).fork().uint32(TICK).uint32(next.tick).join();
  scratch.uint32(REGIONS).fork();
  if (moved > 0) writeMoves(scratch);
  scratch.join();
  return scratch.finish();
}

/** False when an avatar came, went, or changed in another way. */
function gather({ avatars: before }: View, { avatars: after }: View): boolean {
  if (before.length !== after.length) return false;
  if (rows.length < after.length * COLUMNS) rows = new Int32Array(after.length * COLUMNS);
  moved = 0;
  used.fill(0);
  let seat = 0;
  for (let index = 0; index < after.length; index++) {
    const from = before[index]!;
    const to = after[index]!;
    if (from.seat !== to.seat || !onlyMoved(from, to)) return false;
    const x = to.x - from.x;
    const y = to.y - from.y;
    const z = to.z - from.z;
    const heading = turnBetween(from.heading, to.heading);
    const lastInput = to.lastInput - from.lastInput;
    if ((x | y | z | heading | lastInput) === 0) continue;
    const at = moved * COLUMNS;
    rows[at] = to.seat - seat;
    rows[at + 1] = x;
    rows[at + 2] = y;
    rows[at + 3] = z;
    rows[at + 4] = heading;
    rows[at + 5] = lastInput;
    for (let column = 1; column < COLUMNS; column++) used[column]! |= rows[at + column]!;
    seat = to.seat;
    moved++;
  }
  return true;
}

function writeMoves(scratch: Scratch): void {
  scratch.uint32(MOVES).fork();
  scratch.uint32(COLUMN_TAGS[0]).fork();
  for (let row = 0; row < moved; row++) scratch.uint32(rows[row * COLUMNS]!);
  scratch.join();
  for (let column = 1; column < COLUMNS; column++) {
    if (used[column] === 0) continue;
    scratch.uint32(COLUMN_TAGS[column]!).fork();
    for (let row = 0; row < moved; row++) scratch.sint32(rows[row * COLUMNS + column]!);
    scratch.join();
  }
  scratch.join();
}
