import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DOORS, TestPlayer } from './player.ts';
import { quickMatch } from './rules.ts';
import { stackForFile } from './stack.ts';
import { until } from './until.ts';

const stack = stackForFile({ env: quickMatch });

for (const door of DOORS) {
  test(`a match over the ${door} door, from sign-in to ranking, and the next one after it`, async () => {
    using player = new TestPlayer(stack(), { door });
    const first = await player.play('Ariadne');
    const seat = player.client.match!.seat;
    const ranking = await until('the ranking stands', () => player.rankings[0], 60_000);

    assert.equal(ranking.length, 8, 'bots fill the empty seats');
    const own = ranking.find((rank) => rank.seat === seat);
    assert.equal(own?.displayName, 'Ariadne');
    assert.equal(own?.bot, false);
    assert.deepEqual(
      ranking.map(({ points }) => points),
      ranking.map(({ points }) => points).sort((a, b) => b - a),
    );
    const { gaps, hashMismatches, disconnects, frames } = player.client.stats;
    assert.deepEqual({ gaps, hashMismatches, disconnects }, { gaps: 0, hashMismatches: 0, disconnects: 0 });
    assert.ok(frames > 0);

    assert.notEqual(await player.play(), first);
    await player.client.leave();
    assert.equal(player.client.state.kind, 'signed-out');
  });
}

test('players of both doors meet in one match and see each other by name', async () => {
  using ariadne = new TestPlayer(stack(), { door: 'grpc' });
  using theseus = new TestPlayer(stack(), { door: 'web' });
  await Promise.all([ariadne.signIn('Ariadne'), theseus.signIn('Theseus')]);
  const [one, other] = await Promise.all([ariadne.play(), theseus.play()]);
  assert.equal(one, other);
  await until(
    'they see each other',
    () =>
      ariadne.client.match?.view?.avatars.some(({ displayName }) => displayName === 'Theseus') &&
      theseus.client.match?.view?.avatars.some(({ displayName }) => displayName === 'Ariadne'),
  );
  await Promise.all([ariadne.client.leave(), theseus.client.leave()]);
});

test('a second player with the same name is another player', async () => {
  using one = await new TestPlayer(stack()).signIn('Theseus');
  using other = await new TestPlayer(stack()).signIn('Theseus');
  assert.notEqual(one.id, other.id);
  assert.equal(one.client.state.kind, 'lobby');
  assert.equal(other.client.state.kind, 'lobby');
  await Promise.all([one.client.leave(), other.client.leave()]);
});
