import { randomBytes } from 'node:crypto';
import type { EpochOf, SessionStore } from '../../services/session/src/session-store.ts';
import { parseToken } from '../../services/session/src/token.ts';

/** Transitions under way at once: enough for full pipelines to Redis. */
const LANES = 1_000;
const EDGES = 8;
const MATCH_SEATS = 8;

export const anyPlayer = () => randomBytes(16).toString('hex');

/**
 * Sessions as play makes them: signed in with a request id, attached at an edge, in a match; each by the same scripts that
 * the service runs. Renewals drop what only an answer that got lost would need.
 */
export async function populate(
  store: SessionStore,
  count: number,
  told: (done: number) => void,
  stop: AbortSignal,
): Promise<EpochOf[]> {
  const refs: EpochOf[] = [];
  let begun = 0;
  const lane = async () => {
    while (begun < count && !stop.aborted) {
      const number = begun++;
      const playerId = anyPlayer();
      const outcome = await store.create(playerId, `Player ${number}`, false, randomBytes(16).toString('hex'));
      if (!('taken' in outcome)) throw new Error(`a player came twice: ${outcome.kind}`);
      const [attached] = await Promise.all([
        store.attach(parseToken(outcome.taken.token)!, `edge-${number % EDGES}`),
        store.assignMatch(
          playerId,
          `m-${Math.floor(number / MATCH_SEATS)
            .toString(36)
            .padStart(8, '0')}`,
          '',
        ),
      ]);
      refs.push({ playerId, epoch: attached!.epoch });
      if (refs.length % 10_000 === 0) told(refs.length);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  stop.throwIfAborted();
  return refs;
}

/** In batches as an edge sends them. */
export function batches<Item>(items: readonly Item[], size = 1_000): Item[][] {
  const cut: Item[][] = [];
  for (let index = 0; index < items.length; index += size) cut.push(items.slice(index, index + size));
  return cut;
}
