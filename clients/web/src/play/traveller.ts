/**
 * The own body as one feels it: the eye that bobs with each step, footsteps and rungs, and the moments worth a word or
 * a sound. Takes samples of the match one after the other.
 */
import type { MatchSample } from '@clew/client';
import { FLAG_LADDER, FLAG_OUT, FLAG_SPRINT, Phase } from '@clew/maze';
import type { Sound } from './sound.ts';
import { counted, ordinal } from './telling.ts';

/** Units between two steps, walking; between two rungs. */
const STRIDE = 700;
const RUNG = 260;

export class Traveller {
  /** How far the eye is above its rest, in cells. */
  bob = 0;
  /** How far it leans to a side, in radians. */
  sway = 0;
  /** Seconds since the level began. */
  seconds = 0;
  readonly #sound: Sound;
  readonly #tell: (news: string) => void;
  readonly #steady: boolean;
  #last: MatchSample | undefined;
  #walked = 0;
  #climbed = 0;
  #effort = 0;

  constructor(sound: Sound, tell: (news: string) => void, steady: boolean) {
    this.#sound = sound;
    this.#tell = tell;
    this.#steady = steady;
  }

  feel(sample: MatchSample, seconds: number): void {
    const last = this.#last;
    this.#last = sample;
    this.seconds += seconds;
    if (last === undefined || last.matchId !== sample.matchId || last.level !== sample.level) {
      this.seconds = 0;
      this.#sound.begin();
      return;
    }
    this.#notice(last, sample);
    this.#walk(last, sample, seconds);
  }

  /** The match is left. */
  rest(): void {
    this.#last = undefined;
  }

  #walk(last: MatchSample, sample: MatchSample, seconds: number): void {
    const { own } = sample;
    const moved = Math.hypot(own.x - last.own.x, own.y - last.own.y);
    const risen = Math.abs(own.z - last.own.z);
    const speed = seconds > 0 ? moved / seconds : 0;
    // What jumps is set there, not walked.
    if (moved > 600) return;
    const walks = !(own.flags & FLAG_LADDER) && speed > 300;
    this.#effort += ((walks ? Math.min(1.3, speed / 2_300) : 0) - this.#effort) * Math.min(1, seconds * 8);
    const stride = own.flags & FLAG_SPRINT ? STRIDE * 1.3 : STRIDE;
    const before = Math.floor(this.#walked);
    this.#walked += moved / stride;
    if (Math.floor(this.#walked) !== before && walks) this.#sound.step(own.flags & FLAG_SPRINT ? 1 : 0.7);
    const rung = Math.floor(this.#climbed);
    this.#climbed += risen / RUNG;
    if (Math.floor(this.#climbed) !== rung) this.#sound.rung();
    const phase = this.#walked * Math.PI;
    this.bob = this.#steady ? 0 : (Math.abs(Math.sin(phase)) - 0.6) * 0.016 * this.#effort;
    this.sway = this.#steady ? 0 : Math.sin(phase) * 0.0035 * this.#effort;
  }

  #notice(last: MatchSample, sample: MatchSample): void {
    const { own } = sample;
    if (own.clews > last.own.clews) {
      this.#sound.clew();
      this.#tell('A clew! Follow the thread while it glows.');
    }
    if (sample.phase === Phase.CLIMBING && last.phase === Phase.STARTING) this.#tell('Go!');
    if (own.flags & FLAG_OUT && !(last.own.flags & FLAG_OUT)) {
      this.#sound.gate();
      this.#tell(
        `You are out, ${ordinal(Math.max(1, own.arrival))}! ${counted(own.points - last.own.points, 'point')} more.`,
      );
      return;
    }
    for (const other of sample.others) {
      if (!(other.flags & FLAG_OUT)) continue;
      const before = last.others.find((one) => one.seat === other.seat);
      if (before === undefined || before.flags & FLAG_OUT) continue;
      this.#sound.rival();
      const hurry = other.arrival === 1 ? ' The level ends soon: hurry!' : '';
      this.#tell(`${other.displayName} is out, ${ordinal(Math.max(1, other.arrival))}.${hurry}`);
    }
  }
}
