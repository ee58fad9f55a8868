import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { DOORS, TestPlayer } from './player.ts';
import { longMatch } from './rules.ts';
import { stackForFile } from './stack.ts';
import { redisTraces, statusOf } from './traces.ts';
import { until } from './until.ts';

const stack = stackForFile({ env: { ...longMatch, CLEW_RENEW_MS: '500', CLEW_SESSION_LEASE_MS: '4000' } });

let players: TestPlayer[] = [];
afterEach(async () => {
  await Promise.all(players.map(({ client }) => client.leave()));
  for (const player of players) player.vanish();
  players = [];
});

async function playersOfAllDoors(): Promise<TestPlayer[]> {
  players = DOORS.map((door) => new TestPlayer(stack(), { door }));
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

test('Redis restarts with its data: play goes on, and nobody is dropped for it', async () => {
  await playersOfAllDoors();
  await stack().redis.stop();
  await Promise.all(players.map((player) => player.sees(60)));
  await stack().redis.start();
  await assertNobodyNoticed();
  using late = new TestPlayer(stack());
  await until('one can sign in again', () =>
    late.signIn().then(
      () => true,
      () => false,
    ),
  );
  await late.client.leave();
});

test('Redis away for longer than a lease ends no session at its return', async () => {
  await playersOfAllDoors();
  await stack().redis.stop();
  await Promise.all(players.map((player) => player.sees(120)));
  await stack().redis.start();
  await assertNobodyNoticed();
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

test('while Redis is away, signing in fails fast and says when to try again', async () => {
  await stack().redis.stop();
  try {
    using player = new TestPlayer(stack(), { limits: { patienceMs: 0 } });
    await assert.rejects(player.signIn(), (error: { reason: string; retryMs?: number }) => {
      assert.equal(error.reason, 'REDIS_AWAY');
      assert.ok((error.retryMs ?? 0) > 0);
      return true;
    });
    for (const service of stack().services) {
      for (const path of ['livez', 'readyz']) {
        assert.equal((await fetch(`${service.opsUrl}/${path}`)).status, 200, `${service.name} ${path}`);
      }
    }
  } finally {
    await stack().redis.start();
  }
});
