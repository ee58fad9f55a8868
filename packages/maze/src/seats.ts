import { noGlow } from './clew.ts';
import { IDLE_TICKS, INPUT_HOLD_TICKS, type Input, lagOf, restingHands, SEQUENCE_MAX, takeHands } from './input.ts';
import type { Join, JournalRecord, SeatInput } from './journal.ts';
import { botName } from './names.ts';
import { type Figure, placeAtStart, type World } from './world.ts';

/**
 * Who plays a figure: its player while there is one who does something; nobody while that player's connection is lost;
 * else the bot.
 */
export type Driver = 'player' | 'nobody' | 'bot';

export function driverOf(figure: Figure, tick: number): Driver {
  if (!isPlayed(figure, tick)) return 'bot';
  return figure.attached ? 'player' : 'nobody';
}

/** A player holds the seat, connected or not, and did something in the last two minutes. */
export function isPlayed(figure: Figure, tick: number): boolean {
  return figure.taken && tick - figure.activeTick < IDLE_TICKS;
}

/** Lets happen what came from outside in a tick, in the order that JournalRecord tells. */
export function takeRecord(world: World, record: JournalRecord): void {
  const { avatars, tick } = world;
  const { leaves, joins, detaches, attaches } = record;
  if (leaves.length + joins.length + detaches.length + attaches.length > 0) changeSeats(world, record);
  const inputs = inOrder(record.inputs);
  for (let index = 0; index < inputs.length; index++) takeInput(avatars[inputs[index]!.seat], inputs[index]!, tick);
}

function changeSeats(world: World, { leaves, joins, detaches, attaches }: JournalRecord): void {
  const { avatars } = world;
  for (const seat of leaves) leave(avatars[seat]);
  for (const entry of joins) join(world, entry);
  for (const seat of detaches) detach(avatars[seat]);
  for (const seat of attaches) attach(avatars[seat], world.tick);
}

/** The bot goes on where the player was, with his points. */
function leave(figure: Figure | undefined): void {
  if (figure === undefined) return;
  figure.taken = false;
  figure.attached = false;
  figure.displayName = botName(figure.seat);
  figure.lastInput = 0;
}

/** The player goes on where the bot was, with its points; where the bot was out, from the start. */
function join(world: World, { seat, displayName }: Join): void {
  const figure = world.avatars[seat];
  if (figure === undefined) return;
  figure.displayName = displayName;
  if (figure.taken) return;
  figure.taken = true;
  if (figure.arrival > 0) placeAtStart(figure, world.layout, world.starts);
  figure.glow = noGlow;
  figure.attached = false;
  attach(figure, world.tick);
}

function detach(figure: Figure | undefined): void {
  if (figure === undefined) return;
  figure.attached = false;
  rest(figure);
}

/** Where the seat was detached, the player may come from a new page, which numbers its inputs anew. */
function attach(figure: Figure | undefined, tick: number): void {
  if (figure === undefined || !figure.taken || figure.attached) return;
  figure.attached = true;
  figure.activeTick = tick;
  figure.lastInput = 0;
  rest(figure);
}

function rest(figure: Figure): void {
  figure.hands = restingHands(figure.heading);
  figure.handsEndTick = 0;
  figure.lagTicks = 0;
}

function takeInput(figure: Figure | undefined, input: Input, tick: number): void {
  if (figure === undefined || !figure.attached) return;
  if (input.sequence <= figure.lastInput || input.sequence > SEQUENCE_MAX) return;
  if (takeHands(figure.hands, input)) figure.activeTick = tick;
  figure.handsEndTick = tick + INPUT_HOLD_TICKS;
  figure.lagTicks = lagOf(input, tick);
  figure.lastInput = input.sequence;
}

/** An order that does not depend on how they came: equal entries aside, there is only one. */
function inOrder(inputs: readonly SeatInput[]): readonly SeatInput[] {
  if (isAscending(inputs)) return inputs;
  return [...inputs].sort(
    (a, b) =>
      a.seat - b.seat ||
      a.sequence - b.sequence ||
      a.heading - b.heading ||
      a.forward - b.forward ||
      a.strafe - b.strafe ||
      a.buttons - b.buttons ||
      a.tick - b.tick ||
      (a.lag ?? -1) - (b.lag ?? -1),
  );
}

/** One input for each seat at most, by seat: how simulations gather them. */
function isAscending(inputs: readonly SeatInput[]): boolean {
  for (let index = 1; index < inputs.length; index++) {
    if (inputs[index]!.seat <= inputs[index - 1]!.seat) return false;
  }
  return true;
}
