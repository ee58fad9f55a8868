import assert from 'node:assert/strict';
import { afterEach, suite, test } from 'node:test';
import type { ClewError } from '@clew/client';
import { Status } from 'nice-grpc';
import { DOORS, TestPlayer } from './player.ts';
import { longMatch } from './rules.ts';
import { stackForFile } from './stack.ts';
import { collectionSizes, grownSince, redisTraces, statusOf } from './traces.ts';
import { until, untilEmpty } from './until.ts';

const SIGN_INS_MAX = 4;
const stack = stackForFile({
  relayed: true,
  env: {
    ...longMatch,
    CLEW_RENEW_MS: '500',
    CLEW_SESSION_LEASE_MS: '4000',
    CLEW_SESSION_SIGN_INS_MAX: String(SIGN_INS_MAX),
  },
});

/** Longer than the leases of sessions and of matches. */
const OUTAGE_TICKS = 100;
/** Five seconds of the match's own clock, which stands still while this machine has no time for it. */
const RECOVERY_TICKS = 100;

/** What is refused is refused by the services, not by a client that a busy machine keeps waiting. */
const unhurried = { callMs: 15_000 };

let players: TestPlayer[] = [];
afterEach(async () => {
  await Promise.all(players.map(({ client }) => client.leave()));
  for (const player of players) player.vanish();
  players = [];
});

async function playersOfAllDoors(): Promise<TestPlayer[]> {
  players = DOORS.map((door) => new TestPlayer(stack(), { door, limits: unhurried }));
  await Promise.all(players.map((player) => player.play()));
  return players;
}

async function assertNobodyNoticed(): Promise<void> {
  await Promise.all(players.map((player) => player.sees(40)));
  for (const { client, lost } of players) {
    assert.equal(client.state.kind, 'seated');
    assert.equal(client.stats.disconnects, 0);
    assert.deepEqual(lost, []);
  }
}

/** Liveness and readiness do not depend on Redis. */
async function assertHealthy(): Promise<void> {
  for (const service of stack().services) {
    for (const path of ['livez', 'readyz']) {
      assert.equal((await fetch(`${service.opsUrl}/${path}`)).status, 200, `${service.name} ${path}`);
    }
  }
}

/** Tries once to sign in; how it was refused, undefined when it was not. */
async function refusal(): Promise<ClewError | undefined> {
  using player = new TestPlayer(stack(), { limits: { ...unhurried, patienceMs: 0 } });
  try {
    await player.signIn();
  } catch (error) {
    return error as ClewError;
  }
  await player.client.leave();
  return undefined;
}

async function assertRefusedForNow(): Promise<void> {
  const error = await refusal();
  assert.equal(error?.code, Status.UNAVAILABLE, `it was refused with ${error?.reason}`);
  assert.ok((error.retryMs ?? 0) > 0);
}

const renewed = async () => {
  const [session] = stack().of('session');
  return (await statusOf(session!)).counters['session.renewed']!;
};

const tick = () => players[0]!.client.match!.view!.tick;

/** In five seconds of play at most one can sign in again, and renewals go. */
async function assertRightAgain(): Promise<void> {
  const [returned, renewals] = [tick(), await renewed()];
  await until('one can sign in again', async () => (await refusal()) === undefined);
  await until('all sessions in play are renewed', async () => (await renewed()) >= renewals + players.length);
  assert.ok(tick() <= returned + RECOVERY_TICKS, `it took ${tick() - returned} ticks`);
}

/** What moves with every tick of a match in play, each within its own bound. */
const inPlay = ['simulation.waiting_inputs', 'simulation.journal_ticks'];

const grown = async (before: Readonly<Record<string, number>>) =>
  (await grownSince(before, stack())).filter((line) => !inPlay.some((name) => line.includes(` ${name}:`)));

interface Fault {
  begin(): Promise<unknown>;
  end(): Promise<unknown>;
}

const config = (name: string, value: string) => stack().redis.client.config('SET', name, value);

const faults: Record<string, Fault> = {
  'is away for longer than a lease': { begin: () => stack().redis.stop(), end: () => stack().redis.start() },
  'is away and comes back without its data': {
    begin: () => stack().redis.stopEmpty(),
    end: () => stack().redis.start(),
  },
  'refuses writes for lack of memory (-OOM)': {
    begin: () => config('maxmemory', '1'),
    end: () => config('maxmemory', '0'),
  },
  'is a replica (-READONLY)': {
    begin: () => stack().redis.client.replicaof('127.0.0.1', 1),
    end: () => stack().redis.client.replicaof('NO', 'ONE'),
  },
};

suite('nobody in a match is dropped, all is healthy, and right again in five seconds, while Redis', () => {
  for (const [what, { begin, end }] of Object.entries(faults)) {
    test(what, async () => {
      await playersOfAllDoors();
      const before = await collectionSizes(stack());
      await begin();
      try {
        const from = tick();
        await assertRefusedForNow();
        await until('leases would have run out', () => tick() >= from + OUTAGE_TICKS);
        await assertHealthy();
        await assertRefusedForNow();
      } finally {
        await end();
      }
      await assertRightAgain();
      await assertNobodyNoticed();
      await untilEmpty('nothing has grown', () => grown(before));
    });
  }

  test('loads its data (-LOADING)', async () => {
    await playersOfAllDoors();
    const before = await collectionSizes(stack());
    await stack().redis.burden();
    await stack().redis.stop();
    const loaded = stack().redis.start();
    await until('Redis loads', () => stack().redis.isLoading());
    await assertRefusedForNow();
    await assertHealthy();
    await loaded;
    await assertRightAgain();
    await assertNobodyNoticed();
    await untilEmpty('nothing has grown', () => grown(before));
  });

  test('takes 500 ms for everything', async () => {
    await playersOfAllDoors();
    const before = await collectionSizes(stack());
    stack().relay.slow(500);
    try {
      const from = tick();
      await until('slow for longer than leases', () => tick() >= from + OUTAGE_TICKS);
      await assertHealthy();
      assert.equal(await refusal(), undefined);
    } finally {
      stack().relay.slow(0);
    }
    await assertRightAgain();
    await assertNobodyNoticed();
    await untilEmpty('nothing has grown', () => grown(before));
  });
});

test('Redis returns empty: play goes on, and the records are written again', async () => {
  await playersOfAllDoors();
  await stack().redis.flush();
  for (const player of players) {
    await until('the record is back', async () => (await redisTraces(stack().redis.client, player.id)).length > 0);
  }
  const edge = await statusOf(stack().edges[0]!);
  const reinstated = Object.entries(edge.counters).find(([name]) => name.includes('reinstated'));
  assert.ok(reinstated && reinstated[1] >= 2, `reinstated: ${JSON.stringify(edge.counters)}`);
  await assertNobodyNoticed();
});

test('while Redis says nothing, sign-ins are capped in flight and all of them end, told when to try again', async () => {
  const before = await collectionSizes(stack());
  const crowd = 3 * SIGN_INS_MAX;
  stack().relay.freeze();
  try {
    const refused = await Promise.all(Array.from({ length: crowd }, refusal));
    const reasons = refused.map((error) => error?.reason);
    assert.equal(reasons.filter((reason) => reason === 'SIGN_INS_FULL').length, crowd - SIGN_INS_MAX, String(reasons));
    for (const error of refused) assert.ok((error?.retryMs ?? 0) > 0, `${error?.reason}: no RetryInfo`);
  } finally {
    await stack().relay.restore();
  }
  await until('one can sign in again', async () => (await refusal()) === undefined);
  await untilEmpty('nothing has grown', () => grown(before));
});
