import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Phase } from '@clew/maze';
import { DOORS, TestPlayer } from './player.ts';
import { shortLeases } from './rules.ts';
import { stackForFile } from './stack.ts';
import { assertEveryKeyHasTtl, collectionSizes, redisTraces } from './traces.ts';
import { until } from './until.ts';

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

/** A stack that nobody plays on: what its processes hold for themselves. */
async function idleSizes() {
  return collectionSizes(stack());
}

for (const door of DOORS) {
  for (const [name, go] of Object.entries(phases)) {
    test(`who vanishes ${name} over the ${door} door leaves nothing once the lease is over`, async () => {
      const before = await idleSizes();
      using player = new TestPlayer(stack(), { door });
      await go(player);
      const id = player.id;
      assert.notDeepEqual(await redisTraces(stack().redis.client, id), [], 'while he is here, Redis knows him');
      player.vanish();
      await until('Redis has forgotten', async () => (await redisTraces(stack().redis.client, id)).length === 0);
      await until('the processes have forgotten', async () => {
        const sizes = await collectionSizes(stack());
        return Object.entries(sizes).every(([collection, size]) => size <= (before[collection] ?? 0));
      });
      await assertEveryKeyHasTtl(stack().redis.client);
    });
  }

  test(`a tab that is closed over the ${door} door leaves nothing at the edge, at once`, async () => {
    const edge = () => collectionSizes(stack()).then((all) => only(all, 'edge-1'));
    const before = await edge();
    using player = new TestPlayer(stack(), { door });
    await player.play();
    assert.notDeepEqual(await edge(), before);
    player.vanish();
    await until('the edge has forgotten', async () => isSame(await edge(), before), 1_000);
  });
}

test('who leaves is forgotten at once, but for the tombstone', async () => {
  using player = new TestPlayer(stack());
  await player.play();
  const id = player.id;
  await player.client.leave();
  await until('the seat is free', async () => {
    const sizes = await collectionSizes(stack());
    return Object.entries(sizes).every(([name, size]) => !/match|seat|player|stream/i.test(name) || size === 0);
  });
  const traces = await redisTraces(stack().redis.client, id);
  assert.ok(traces.length <= 1, traces.join('\n'));
});

function only(sizes: Record<string, number>, process: string): Record<string, number> {
  return Object.fromEntries(Object.entries(sizes).filter(([name]) => name.startsWith(`${process} `)));
}

/** A trunk and a channel to a simulation may stay open; what is per player may not. */
function isSame(now: Record<string, number>, before: Record<string, number>): boolean {
  return Object.entries(now).every(([name, size]) => size <= (before[name] ?? 0));
}
