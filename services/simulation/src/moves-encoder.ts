import { turnBetween, type World } from '@clew/maze';
import type { Scratch } from '@clew/service-kit/scratch';
import { HEADING, LAST_INPUT, COLUMNS as SHOWN_COLUMNS, type Shown, X, Y, Z } from './shown.ts';

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
export function encodeMoves(shown: Shown, world: World, scratch: Scratch): Uint8Array | undefined {
  if (!shown.onlyMoved(world)) return undefined;
  gather(shown, world);
  scratch.uint32(HEADER).fork().uint32(TICK).uint32(world.tick).join();
  scratch.uint32(REGIONS).fork();
  if (moved > 0) writeMoves(scratch);
  scratch.join();
  return scratch.finish();
}

function gather({ rows: before }: Shown, { avatars }: World): void {
  if (rows.length < avatars.length * COLUMNS) rows = new Int32Array(avatars.length * COLUMNS);
  moved = 0;
  used.fill(0);
  let seatBefore = 0;
  for (let seat = 0; seat < avatars.length; seat++) {
    const avatar = avatars[seat]!;
    const row = seat * SHOWN_COLUMNS;
    const x = avatar.x - before[row + X]!;
    const y = avatar.y - before[row + Y]!;
    const z = avatar.z - before[row + Z]!;
    const heading = turnBetween(before[row + HEADING]!, avatar.heading);
    const lastInput = avatar.lastInput - before[row + LAST_INPUT]!;
    if ((x | y | z | heading | lastInput) === 0) continue;
    const at = moved * COLUMNS;
    rows[at] = seat - seatBefore;
    rows[at + 1] = x;
    rows[at + 2] = y;
    rows[at + 3] = z;
    rows[at + 4] = heading;
    rows[at + 5] = lastInput;
    for (let column = 1; column < COLUMNS; column++) used[column]! |= rows[at + column]!;
    seatBefore = seat;
    moved++;
  }
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
