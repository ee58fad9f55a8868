import type { Avatar } from './avatar.ts';
import type { Clew, Glow } from './clew.ts';
import type { Hands } from './input.ts';
import type { Layout } from './layout.ts';
import type { Level } from './level.ts';
import { defaultRules, type Rules } from './rules.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** An avatar with what only the rules know of it. */
export interface Figure extends Mutable<Avatar> {
  /** A player holds the seat; else it is the bot's. */
  taken: boolean;
  /** That player is connected. */
  attached: boolean;
  /** What the hands do, until `handsEndTick`. */
  hands: Hands;
  handsEndTick: number;
  /** The tick in which the player last did something. */
  activeTick: number;
  glow: Glow;
}

/** A match's whole state. It never leaves the servers; `step` is the only one who changes it. */
export interface World {
  readonly rules: Rules;
  readonly seed: number;
  tick: number;
  level: Level;
  layout: Layout;
  starts: readonly number[];
  clews: readonly Clew[];
  /** One per seat, by ascending seat. */
  readonly avatars: Figure[];
  /** How many came out in this level. */
  arrivals: number;
}

/** What a match is made of. */
export interface Beginning {
  /** A whole number from 0 to 2^53 - 1; secret while the match runs. */
  readonly seed: number;
  readonly rules?: Partial<Rules>;
}

/** A world at tick 0: level 1 is about to start, bots sit on all seats. */
export function createWorld(_beginning: Beginning): World {
  void defaultRules;
  throw new Error('in the next commit');
}
