import { type Hands, INPUT_HOLD_TICKS, type Input } from '@clew/maze';

/**
 * What the own hands did, tick by tick: what is sent, what is acknowledged, and what prediction replays.
 *
 * I1 At most one input per tick, and only when the hands changed, or do something and were not told for a while: an
 *    input holds for INPUT_HOLD_TICKS only.
 * I2 Sequences grow for the life of the log, across streams and matches, and go on above whatever the avatar has seen:
 *    below, somebody on the way takes them for repeats.
 * I3 Bounded: what is too old to be applied is forgotten, acknowledged or not.
 */
const REPEAT_TICKS = 4;
const PENDING_MAX = 32;
/** Edges refuse what is more than 100 ticks behind. */
const PENDING_AGE_TICKS_MAX = 60;
/** As far back as a frame can be from the own tick, with room to spare. */
const HISTORY_MAX = 64;

interface Sent {
  readonly input: Input;
  readonly atMs: number;
}

export class InputLog {
  #sequence = 0;
  /** Newest last. */
  readonly #history: Input[] = [];
  /** Not acknowledged; newest last. */
  #pending: Sent[] = [];

  /**
   * The input to send for a tick with these hands, or undefined when nothing needs to be told (I1). `seenTick` is that of the
   * newest frame that the player has seen.
   */
  record(hands: Hands, tick: number, nowMs: number, seenTick = tick): Input | undefined {
    const last = this.#history.at(-1);
    if (last !== undefined && last.tick >= tick) return undefined;
    if (last !== undefined && sameHands(last, hands)) {
      if (isResting(hands) || tick - last.tick < REPEAT_TICKS) return undefined;
    }
    const { forward, strafe, heading, buttons } = hands;
    const lag = Math.max(0, tick - seenTick);
    const input: Input = { sequence: ++this.#sequence, tick, forward, strafe, heading, buttons, lag };
    this.#history.push(input);
    if (this.#history.length > HISTORY_MAX) this.#history.shift();
    this.#pending.push({ input, atMs: nowMs });
    if (this.#pending.length > PENDING_MAX) this.#pending.shift();
    return input;
  }

  /** Whether a tick has its input already. */
  has(tick: number): boolean {
    return this.#history.at(-1)?.tick === tick;
  }

  /**
   * A frame of `tick` shows that all inputs up to a sequence were applied. Returns how long ago each of them was sent,
   * in milliseconds.
   */
  acknowledge(sequence: number, tick: number, nowMs: number): number[] {
    this.#sequence = Math.max(this.#sequence, sequence); // I2
    const acknowledged = this.#pending.filter(({ input }) => input.sequence <= sequence);
    if (this.#pending.length > 0) {
      this.#pending = this.#pending.filter(
        ({ input }) => input.sequence > sequence && tick - input.tick <= PENDING_AGE_TICKS_MAX,
      );
    }
    return acknowledged.map(({ atMs }) => nowMs - atMs);
  }

  /** What the edge should be sent: all that no frame has acknowledged, oldest first. */
  get pending(): readonly Input[] {
    return this.#pending.map(({ input }) => input);
  }

  get pendingCount(): number {
    return this.#pending.length;
  }

  /** The hands that the server has in a tick, if it got all in time; undefined: at rest. */
  handsAt(tick: number): Hands | undefined {
    const input = this.#history.findLast((entry) => entry.tick <= tick);
    return input !== undefined && tick < input.tick + INPUT_HOLD_TICKS ? input : undefined;
  }

  /** The clock went back: what was done in later ticks is undone here; the server takes what comes next instead. */
  rewind(tick: number): void {
    while ((this.#history.at(-1)?.tick ?? 0) > tick) this.#history.pop();
  }

  /**
   * The stream or the match is another one: what was not acknowledged is not sent again, for its time is over. Prediction forgets
   * it too.
   */
  interrupt(): void {
    this.#pending = [];
    this.#history.length = 0;
  }
}

export function sameHands(a: Hands, b: Hands): boolean {
  return a.forward === b.forward && a.strafe === b.strafe && a.heading === b.heading && a.buttons === b.buttons;
}

function isResting(hands: Hands): boolean {
  return hands.forward === 0 && hands.strafe === 0 && hands.buttons === 0;
}
