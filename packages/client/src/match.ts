import type { Hands, View } from '@clew/maze';
import type { MatchSample } from './match-sample.ts';

/** A match as its player sees it: frames come in, hands go out, a renderer samples it at any moment. */
export interface Match {
  readonly matchId: string;
  /** The own seat. */
  readonly seat: number;
  /** The newest view; undefined until the first frame came. */
  readonly view: View | undefined;
  /** The newest view with the own figure at its predicted place: what a bot looks at. */
  readonly predictedView: View | undefined;
  /** What the hands do from now on. Forward and strafe -127 to 127; heading wraps around at 65536. */
  setHands(hands: Hands): void;
  /** What to draw at a moment of the client's clock (default now); undefined until the first frame came. */
  sample(nowMs?: number): MatchSample | undefined;
}
