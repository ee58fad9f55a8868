import type { Hands } from './input.ts';
import type { Sight } from './sight.ts';

/** What a bot's hands on a seat do in this tick. Pure: the same sight, the same hands. */
export function bot(_sight: Sight, _seat: number): Hands {
  throw new Error('in the next commit');
}
