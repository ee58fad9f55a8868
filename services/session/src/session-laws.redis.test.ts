import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { RenewOutcome } from '@clew/protocol/clew/session/v1/session.ts';
import fc from 'fast-check';
import { scriptKeys, shardOf } from './keys.ts';
import type { LostRecord } from './session-store.ts';
import { anyPlayer, SessionRedis, shown } from './testing/session-redis.ts';

/**
 * Whatever edges, players, time and losses do, in any order:
 *
 * L1 Every key has a TTL.
 * L2 A live record has its entry in the index with its own deadline, and an entry has its record; a tombstone has none.
 * L3 Record and index outlive the deadline by the backstop, 5 minutes.
 * L4 Epochs of a player only grow: in what scripts answer and in what is announced. (But for an older stream that is
 *    written again when nothing of the newer one is left: nobody can know of that any more.)
 * L5 A lease that ran out is announced once.
 * L6 At most one stream of a player is renewed.
 */
const BACKSTOP_MS = 300_000;

const session = await SessionRedis.open(9);
after(() => session[Symbol.asyncDispose]());

/** What tests and edges know of one player. */
interface Known {
  readonly playerId: string;
  readonly tokens: string[];
  readonly streams: LostRecord[];
  highest: number;
  ranOut: number;
}

type Step = (known: Known, pick: number) => Promise<void>;

const steps: Record<string, Step> = {
  create: async (known, pick) => {
    const outcome = await session.store.create(known.playerId, 'Ariadne', pick % 2 === 0, `request-${pick % 5}`);
    if ('taken' in outcome) {
      if (outcome.kind !== 'repeated') await grows(known, outcome.taken.session.epoch);
      known.tokens.push(outcome.taken.token);
    }
  },
  resume: async (known, pick) => {
    const token = any(known.tokens, pick);
    const outcome = token && (await session.store.resume(shown(token), `request-${pick % 5}`));
    if (outcome && 'taken' in outcome) {
      if (outcome.kind !== 'repeated') await grows(known, outcome.taken.session.epoch);
      known.tokens.push(outcome.taken.token);
    }
  },
  attach: async (known, pick) => {
    const token = any(known.tokens, pick);
    const attached = token && (await session.store.attach(shown(token), 'edge-1'));
    if (!token || !attached) return;
    await grows(known, attached.epoch);
    const { playerId, epoch, displayName, matchId } = attached;
    const createMs = attached.createTime!.getTime();
    known.streams.push({ playerId, epoch, displayName, matchId, createMs, tokenHash: shown(token).hash });
  },
  renew: async (known) => {
    const { outcomes } = await session.store.renew(known.streams);
    const renewed = outcomes.filter((outcome) => outcome === RenewOutcome.RENEW_OUTCOME_RENEWED);
    assert.ok(renewed.length <= 1, 'L6');
  },
  reinstate: async (known, pick) => {
    const stream = any(known.streams, pick);
    if (!stream) return;
    const forgotten = (await session.record(known.playerId)).e === undefined;
    if (forgotten && stream.epoch < known.highest) return; // L4
    await session.store.reinstate('edge-1', [stream]);
  },
  detach: async (known, pick) => {
    const stream = any(known.streams, pick);
    if (stream) await session.store.detach(stream);
  },
  end: async (known, pick) => {
    const stream = any(known.streams, pick);
    if (stream) await session.store.end(stream);
  },
  kick: async (known, pick) => {
    const epoch = pick % 2 === 0 ? 0 : (any(known.streams, pick)?.epoch ?? 0);
    await session.store.kick({ playerId: known.playerId, epoch }, 'cheating', `request-${pick % 5}`);
  },
  assignMatch: async (known, pick) => {
    await session.store.assignMatch(known.playerId, pick % 3 === 0 ? '' : `m-${pick % 3}`, pick % 2 === 0 ? '' : 'm-1');
  },
  sweep: async () => {
    await session.store.sweep(100);
  },
  time: async (known) => {
    if ((await session.store.get([known.playerId])).length === 0) return;
    await session.elapse(known.playerId);
    known.ranOut += 1;
  },
};

/** L4 */
async function grows(known: Known, epoch: number): Promise<void> {
  assert.ok(epoch > known.highest, `L4: ${epoch} after ${known.highest}`);
  known.highest = epoch;
  await session.beyond(epoch);
}

const any = <Item>(items: readonly Item[], pick: number): Item | undefined => items[pick % Math.max(items.length, 1)];

async function lawsHold(players: readonly Known[]): Promise<void> {
  const { redis } = session;
  const keys = await redis.keys('*');
  const times = await Promise.all(keys.map((key) => redis.pttl(key)));
  for (const [index, key] of keys.entries()) assert.ok(times[index]! > 0, `L1: ${key}`);
  for (const { playerId } of players) {
    const key = session.key(playerId);
    const [index] = scriptKeys(shardOf(playerId)) as [string];
    const [deadline, score, until, indexUntil] = await Promise.all([
      redis.hget(key, 'd'),
      redis.zscore(index, playerId),
      redis.pexpiretime(key),
      redis.pexpiretime(index),
    ]);
    assert.equal(score, deadline, 'L2');
    if (deadline === null) continue;
    assert.ok(until >= Number(deadline) + BACKSTOP_MS, 'L3');
    assert.ok(indexUntil >= Number(deadline) + BACKSTOP_MS, 'L3');
  }
}

async function announcedRightly({ playerId, ranOut }: Known): Promise<void> {
  const announced = await session.announced(playerId);
  const epochs = announced.map(({ epoch }) => epoch);
  assert.deepEqual(
    epochs,
    epochs.toSorted((left, right) => left - right),
    'L4',
  );
  assert.ok(announced.filter(({ kind }) => kind === 'EXPIRED').length <= ranOut, 'L5');
}

test('the laws of sessions hold, whatever happens in whatever order', async () => {
  const step = fc.record({
    what: fc.constantFrom(...Object.keys(steps)),
    who: fc.nat({ max: 2 }),
    pick: fc.nat({ max: 20 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }), async (script) => {
      await session.clear();
      // Two of the three share a shard, and so an index.
      const shared = anyPlayer();
      const ids = [shared, shared.slice(0, 2) + anyPlayer().slice(2), anyPlayer()];
      const players = ids.map((playerId): Known => ({ playerId, tokens: [], streams: [], highest: 0, ranOut: 0 }));
      for (const { what, who, pick } of script) {
        await steps[what]!(players[who]!, pick);
        await lawsHold(players);
      }
      for (const known of players) await announcedRightly(known);
      // L5: in the end every lease that nobody revived was announced, and nothing but tombstones is left.
      for (const { playerId } of players) {
        if ((await session.record(playerId)).d !== undefined) await session.elapse(playerId);
      }
      await session.store.sweep(100);
      for (const { playerId } of players) assert.equal((await session.record(playerId)).d, undefined);
      await lawsHold(players);
    }),
    { numRuns: 30 },
  );
});
