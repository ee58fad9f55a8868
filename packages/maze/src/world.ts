import { type Avatar, FLAG_BOT } from './avatar.ts';
import { type Clew, type Glow, noGlow } from './clew.ts';
import { type Hands, restingHands } from './input.ts';
import { DIRECTIONS, type Layout, passagesOf, placeOf } from './layout.ts';
import { type Level, Phase } from './level.ts';
import { generateMaze } from './maze.ts';
import type { Mutable } from './mutable.ts';
import { botName } from './names.ts';
import { completeRules, type Rules } from './rules.ts';
import { CELL, HALF_CELL, QUARTER_TURN } from './units.ts';

/** An avatar with what only the rules know of it. */
export interface Figure extends Mutable<Avatar> {
  /** A player holds the seat; else it is the bot's. */
  taken: boolean;
  /** That player is connected. */
  attached: boolean;
  /** What the player's hands did last; in `handsEndTick` they come to rest. */
  hands: Mutable<Hands>;
  handsEndTick: number;
  /** The tick in which the player last did something. */
  activeTick: number;
  /** How old the world was that his hands acted on. */
  lagTicks: number;
  /** The tick in which he came out in this level; 0 while inside. */
  arrivalTick: number;
  glow: Glow;
}

/** A match's whole state. It never leaves the servers; `step` is the only one who changes it. */
export interface World {
  readonly rules: Rules;
  /** All randomness of the match comes from it; secret while the match runs. */
  readonly seed: number;
  tick: number;
  level: Level;
  layout: Layout;
  starts: readonly number[];
  clews: readonly Clew[];
  /** Clews that were picked up so lately that somebody may not have seen it. */
  taken: readonly TakenClew[];
  /** One per seat: avatars[s].seat is s. */
  readonly avatars: readonly Figure[];
  /** How many came out in this level. */
  arrivals: number;
}

/** A clew that is gone, and who has it. */
export interface TakenClew {
  readonly clew: Clew;
  readonly tick: number;
  readonly seats: readonly number[];
}

/** What a match is made of. */
export interface Beginning {
  /** A whole number from 0 to 2^53 - 1. */
  readonly seed: number;
  /** Where they differ from the default. */
  readonly rules?: Partial<Rules>;
}

/** A world at tick 0: level 1 is about to start, bots sit on all seats. Throws a RangeError for rules that cannot be. */
export function createWorld(beginning: Beginning): World {
  const { seed } = beginning;
  if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError(`seed must be a whole number, not ${seed}`);
  const rules = completeRules(beginning.rules ?? {});
  const { layout, starts, clews } = generateMaze(seed, 1, rules);
  const avatars = Array.from({ length: rules.seats }, (_, seat) => newFigure(seat));
  for (const figure of avatars) placeAtStart(figure, layout, starts);
  const level = { number: 1, levels: rules.levels, phase: Phase.STARTING, phaseEndTick: rules.startingTicks };
  return { rules, seed, tick: 0, level, layout, starts, clews, taken: [], avatars, arrivals: 0 };
}

/** The next level begins: everybody is inside again, at the start. */
export function beginLevel(world: World, number: number): void {
  const { layout, starts, clews } = generateMaze(world.seed, number, world.rules);
  world.layout = layout;
  world.starts = starts;
  world.clews = clews;
  world.taken = [];
  world.arrivals = 0;
  for (const figure of world.avatars) placeAtStart(figure, layout, starts);
  world.level = {
    number,
    levels: world.rules.levels,
    phase: Phase.STARTING,
    phaseEndTick: world.tick + world.rules.startingTicks,
  };
}

/** Seats that share a start stand a bit apart: the middle, then its four sides. */
const STANDS = [
  { dx: 0, dy: 0 },
  { dx: 200, dy: 200 },
  { dx: -200, dy: -200 },
  { dx: 200, dy: -200 },
  { dx: -200, dy: 200 },
];

/** Puts a figure at its start, inside, where it looks along an open way. */
export function placeAtStart(figure: Figure, layout: Layout, starts: readonly number[]): void {
  const start = starts[figure.seat % starts.length]!;
  const { column, row, floor } = placeOf(layout, start);
  const stand = STANDS[((figure.seat / starts.length) | 0) % STANDS.length]!;
  const passages = passagesOf(layout.cells, start);
  const open = DIRECTIONS.find((direction) => passages & (1 << direction)) ?? 0;
  figure.x = column * CELL + HALF_CELL + stand.dx;
  figure.y = row * CELL + HALF_CELL + stand.dy;
  figure.z = floor * CELL;
  figure.heading = ((open + 3) & 3) * QUARTER_TURN; // north, east, south, west are 3, 0, 1, 2 quarters
  figure.arrival = 0;
  figure.arrivalTick = 0;
  figure.hands = restingHands(figure.heading);
  figure.handsEndTick = 0;
  figure.glow = noGlow;
}

function newFigure(seat: number): Figure {
  return {
    seat,
    x: 0,
    y: 0,
    z: 0,
    heading: 0,
    lastInput: 0,
    points: 0,
    clews: 0,
    flags: FLAG_BOT,
    arrival: 0,
    displayName: botName(seat),
    taken: false,
    attached: false,
    hands: restingHands(0),
    handsEndTick: 0,
    activeTick: 0,
    lagTicks: 0,
    arrivalTick: 0,
    glow: noGlow,
  };
}
