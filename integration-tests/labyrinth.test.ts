import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DOORS, TestPlayer } from './player.ts';
import { stackForFile } from './stack.ts';
import { until } from './until.ts';

const stack = stackForFile({
  env: { CLEW_MATCH_FILL_MS: '200', CLEW_RULES_MODE: 'labyrinth', CLEW_RULES_STARTING_TICKS: '10' },
});

test('a thousand in one labyrinth, through every door: each knows those in sight, without a gap', async () => {
  using players = new DisposableStack();
  const all = DOORS.map((door) => players.use(new TestPlayer(stack(), { door })));
  const [first, ...others] = await Promise.all(all.map((player, number) => player.play(`Player ${number}`)));
  assert.ok(
    others.every((matchId) => matchId === first),
    'one match for all',
  );
  const met = new Map(all.map((player) => [player, new Set<number>()]));
  for (const [player, seats] of met) {
    player.client.on('frame', ({ view }) => {
      for (const { seat } of view?.avatars ?? []) seats.add(seat);
    });
  }
  await Promise.all(all.map((player) => player.sees(200)));
  for (const [player, seats] of met) {
    const { view } = player.client.match!;
    assert.ok(player.avatar !== undefined, 'one knows oneself');
    assert.equal(view?.layout.cells.length, 64 * 64 * 3);
    const known = view?.avatars.length ?? 0;
    assert.ok(known < 300, `${known} of 1,000 are in sight`);
    await until('others come into sight', () => seats.size > 1);
    assert.equal(player.client.match!.sample()?.isRankingWhole, false, 'it is of those in sight');
    const { gaps, hashMismatches, disconnects } = player.client.stats;
    assert.deepEqual({ gaps, hashMismatches, disconnects }, { gaps: 0, hashMismatches: 0, disconnects: 0 });
  }
  assert.ok(new Set([...met.values()].flatMap((seats) => [...seats])).size < 1_000);
  await Promise.all(all.map((player) => player.client.leave()));
});
