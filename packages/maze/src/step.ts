import type { JournalRecord } from './journal.ts';
import type { World } from './world.ts';

/**
 * One tick: `world.tick` grows by one and all that came in that tick happens. Changes the world in place (it is large
 * and there are many); whoever needs the old one keeps a clone. Seats that do not exist are ignored.
 */
export function step(_world: World, _record: JournalRecord): void {
  throw new Error('in the next commit');
}
