import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore, Status } from '@clew/client';
import { grpcTransport } from '@clew/client/node';
import { Phase } from '@clew/maze';
import { DOORS, TestPlayer } from './player.ts';
import { shortLeases } from './rules.ts';
import { stackForFile } from './stack.ts';
import { assertEveryKeyHasTtl, collectionSizes, grownSince, redisTraces } from './traces.ts';
import { until, untilEmpty } from './until.ts';

const stack = stackForFile({
  env: {
    ...shortLeases,
    CLEW_MATCH_FILL_MS: '400',
    CLEW_RULES_LEVELS: '2',
    CLEW_RULES_BASE_SIZE: '4',
    CLEW_RULES_STARTING_TICKS: '20',
    CLEW_RULES_AFTER_ARRIVAL_TICKS: '40',
    CLEW_RULES_SCORING_TICKS: '60',
  },
});

/** Sizes of a stack that has been played on: what processes hold for each other (links, trunks) is there. */
let played: Promise<void> | undefined;
async function idleSizes(): Promise<Record<string, number>> {
  played ??= (async () => {
    using player = new TestPlayer(stack());
    await player.play();
    await player.client.leave();
  })();
  await played;
  return until('no match runs', async () => {
    const sizes = await collectionSizes(stack());
    return sizes['simulation-1 simulation.matches'] === 0 && sizes;
  });
}

/** Every phase of a player's life, and how to get there. */
const phases: Record<string, (player: TestPlayer) => Promise<unknown>> = {
  'in the lobby': (player) => player.signIn(),
  'in the queue': async (player) => {
    await player.signIn();
    await player.client.findMatch();
    await player.is('queued');
  },
  'waiting for the level to begin': async (player) => {
    await player.play();
    await phase(player, Phase.STARTING);
  },
  playing: async (player) => {
    await player.play();
    await phase(player, Phase.CLIMBING);
    await player.sees(20);
  },
  'between levels': async (player) => {
    await player.play();
    await phase(player, Phase.SCORING);
  },
};

const phase = (player: TestPlayer, wanted: Phase) =>
  until('the phase comes', () => player.client.match?.view?.level.phase === wanted, 60_000);

/** Presents a token. */
async function resume(token: string | undefined): Promise<unknown> {
  const connection = grpcTransport().connect(stack().edges[0]!.grpcAddress);
  try {
    return await connection.resume({ requestId: crypto.randomUUID() }, token ?? '', AbortSignal.timeout(5_000));
  } finally {
    connection.close();
  }
}

for (const door of DOORS) {
  for (const [name, go] of Object.entries(phases)) {
    test(`who vanishes ${name} over the ${door} door leaves nothing once the lease is over`, async () => {
      const sizes = await idleSizes();
      const store = memoryStore();
      using player = new TestPlayer(stack(), { door, store });
      await go(player);
      const id = player.id;
      assert.notDeepEqual(await redisTraces(stack().redis.client, id), [], 'while he is here, Redis knows him');
      player.vanish();
      await untilEmpty('Redis has forgotten', () => redisTraces(stack().redis.client, id));
      await untilEmpty('the processes have forgotten', () => grownSince(sizes, stack()));
      await assertEveryKeyHasTtl(stack().redis.client);
      await assert.rejects(resume(store.loadToken()), { code: Status.UNAUTHENTICATED, reason: 'TOKEN_UNKNOWN' });
    });
  }

  test(`a tab that is closed over the ${door} door leaves nothing at the edge, at once`, async () => {
    const sizes = await idleSizes();
    const atTheEdge = async () => (await grownSince(sizes, stack())).filter((left) => left.startsWith('edge-1 '));
    using player = new TestPlayer(stack(), { door });
    await player.play();
    assert.notDeepEqual(await atTheEdge(), []);
    player.vanish();
    await untilEmpty('the edge has forgotten', atTheEdge, 1_000);
  });
}

test('who leaves is forgotten at once, but for the tombstone', async () => {
  const sizes = await idleSizes();
  using player = new TestPlayer(stack());
  await player.play();
  const id = player.id;
  await player.client.leave();
  const left = async () => (await grownSince(sizes, stack())).filter((name) => !name.includes('matches_gone'));
  await untilEmpty('the processes have forgotten, but that there was a match', left, 2_000);
  const session = await untilOne(() => redisTraces(stack().redis.client, id));
  assert.match(session, /:session:.*"s":"e"/, 'the tombstone says: ended');
});

/** The only trace, once the others are gone. */
async function untilOne(ask: () => Promise<string[]>): Promise<string> {
  const traces = await until('one trace is left', async () => {
    const found = await ask();
    return found.length === 1 && found;
  });
  return traces[0]!;
}
