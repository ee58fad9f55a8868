import { FULL_SPEED } from './input.ts';
import { mixed } from './integer.ts';

/** What a bot is like, and what it feels like now. */
export interface Temper {
  /** It knows where it goes, believes to know, or stands and looks around. */
  readonly mood: 'sure' | 'lost' | 'looking';
  /** Where it believes the exit to be while it is lost: the number of a landmark. */
  readonly landmark: number;
  /** How many cells it goes out of its way for a clew. */
  readonly greed: number;
  /** How hard it pushes forward: up to FULL_SPEED. */
  readonly pace: number;
  readonly sprints: boolean;
  /** How far beside the middle of the way it walks, in units. */
  readonly sway: number;
}

/** A mood lasts for three seconds, a sprint for one and a half. */
const MOOD_TICKS = 60;
const SPRINT_TICKS = 30;

/** Of 256 moods, how many are sure: from the least, by so many more at most. The rest are lost, a few looking. */
const SURE_LEAST = 112;
const SURE_RANGE = 50;
const LOOKING = 12;

/** Landmarks that lost bots may head for. */
export const LANDMARKS = 4;

/** The temper of the bot on a seat. Each has a character for good; moods change, and not for all at once. */
export function temperOf(level: number, seat: number, tick: number): Temper {
  const character = mixed(seat, 1);
  const time = tick + (character & 0xff);
  const moodNoise = mixed(mixed(seat, level), (time / MOOD_TICKS) | 0);
  const sprintNoise = mixed(character, (time / SPRINT_TICKS) | 0);
  const sure = SURE_LEAST + (((character >>> 8) & 0xff) * SURE_RANGE) / 256;
  const roll = moodNoise & 0xff;
  return {
    mood: roll < sure ? 'sure' : roll < 256 - LOOKING ? 'lost' : 'looking',
    landmark: (moodNoise >>> 8) % LANDMARKS,
    greed: 2 + ((character >>> 16) & 3),
    pace: FULL_SPEED - ((character >>> 18) & 31),
    sprints: (sprintNoise & 7) < 2,
    sway: ((character >>> 23) & 0xff) - 128,
  };
}
