import { randomBytes } from 'node:crypto';
import { LuaScript } from '@clew/service-kit/lua-script';
import type { Redis } from 'ioredis';
import { scriptKeys, shardOf } from '../../services/session/src/keys.ts';
import { type EpochOf, lawArguments, type SessionLaw } from '../../services/session/src/session-store.ts';

/** Sessions in one round trip, and round trips under way at once: Redis always has some to do. */
const TRIP = 200;
const LANES = 4;
const EDGES = 8;
const MATCH_SEATS = 8;

export const anyPlayer = () => randomBytes(16).toString('hex');

const file = (name: string) => new URL(`../../services/session/src/scripts/${name}.lua`, import.meta.url);
const [create, attach, assignMatch] = ['create', 'attach', 'assign-match'].map(
  (name) => new LuaScript(file(name), file('law')),
) as [LuaScript, LuaScript, LuaScript];

/**
 * Sessions as play makes them: signed in with a request id, attached at an edge, in a match; each by the same scripts that
 * the service runs, many in one round trip. Hashes and sealed tokens are random bytes of their lengths: to Redis all the
 * same. Renewals drop what only an answer that got lost would need.
 */
export async function populate(
  redis: Redis,
  law: SessionLaw,
  count: number,
  told: (done: number) => void,
  stop: AbortSignal,
): Promise<EpochOf[]> {
  const refs: EpochOf[] = [];
  const always = lawArguments(law);
  let begun = 0;
  const lane = async () => {
    while (begun < count && !stop.aborted) {
      const first = begun;
      begun = Math.min(count, begun + TRIP);
      const players = Array.from({ length: begun - first }, (_, index) => ({
        number: first + index,
        playerId: anyPlayer(),
        hash: randomBytes(32),
      }));
      const keys = ({ playerId }: { playerId: string }) => scriptKeys(shardOf(playerId), [playerId]);
      const created = await create.runEach(
        redis,
        players.map((player) => {
          const [mark, sealed] = [randomBytes(16), randomBytes(32)];
          const args = [player.playerId, `Player ${player.number}`, '0', player.hash, mark, sealed];
          return { keys: keys(player), args: [...always, ...args] };
        }),
      );
      for (const reply of created) {
        const outcome = String((reply as Buffer[])[0]);
        if (outcome !== 'CREATED') throw new Error(`a player came twice: ${outcome}`);
      }
      const [attached] = await Promise.all([
        attach.runEach(
          redis,
          players.map((player) => {
            const args = [player.playerId, player.hash, `edge-${player.number % EDGES}`];
            return { keys: keys(player), args: [...always, ...args] };
          }),
        ),
        assignMatch.runEach(
          redis,
          players.map((player) => ({ keys: keys(player), args: [...always, matchOf(player.number), ''] })),
        ),
      ]);
      for (const [index, { playerId }] of players.entries()) {
        refs.push({ playerId, epoch: Number((attached[index] as Buffer[])[1]) });
      }
      told(refs.length);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  stop.throwIfAborted();
  return refs;
}

const matchOf = (number: number) =>
  `m-${Math.floor(number / MATCH_SEATS)
    .toString(36)
    .padStart(8, '0')}`;

/** In batches as an edge sends them. */
export function batches<Item>(items: readonly Item[], size = 1_000): Item[][] {
  const cut: Item[][] = [];
  for (let index = 0; index < items.length; index += size) cut.push(items.slice(index, index + size));
  return cut;
}
