import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '@clew/client';
import { DOORS, TestPlayer } from './player.ts';
import { longMatch } from './rules.ts';
import { stackForFile } from './stack.ts';
import { until } from './until.ts';

const stack = stackForFile({ env: longMatch, counts: { edge: 2 } });

for (const door of DOORS) {
  test(`who vanished and comes back over the ${door} door, at the other edge, has seat and points`, async () => {
    const store = memoryStore();
    using before = new TestPlayer(stack(), { door, store });
    const match = await before.play('Ariadne');
    const seat = before.client.match!.seat;
    await before.sees(40);
    const { points } = before.avatar!;
    before.vanish();

    using after = new TestPlayer(stack(), { door, store, edge: 1, idle: true });
    await after.signIn('Ariadne');
    assert.equal(await after.seated(), match);
    assert.equal(after.client.match!.seat, seat);
    assert.ok(after.avatar!.points >= points);
    await after.client.leave();
  });

  test(`who comes back over the ${door} door with nothing but the secret has the seat too`, async () => {
    const secret = crypto.getRandomValues(new Uint8Array(32));
    using before = new TestPlayer(stack(), { door, store: memoryStore(secret) });
    const match = await before.play();
    const seat = before.client.match!.seat;
    before.vanish();
    using after = new TestPlayer(stack(), { door, store: memoryStore(secret), idle: true });
    await until('the edge told that the stream is gone', () =>
      after.signIn().then(
        () => true,
        (error) => {
          assert.equal(error.reason, 'SESSION_ACTIVE');
          return false;
        },
      ),
    );
    assert.equal(await after.seated(), match);
    assert.equal(after.client.match!.seat, seat);
    await after.client.leave();
  });

  test(`two tabs over the ${door} door: no takeover without a click, and the older is told why`, async () => {
    const secret = crypto.getRandomValues(new Uint8Array(32));
    using first = new TestPlayer(stack(), { door, store: memoryStore(secret) });
    const match = await first.play();
    using second = new TestPlayer(stack(), { door, store: memoryStore(secret), edge: 1, idle: true });
    await assert.rejects(second.signIn(), { reason: 'SESSION_ACTIVE' });
    await first.sees(10);
    assert.equal(first.client.state.kind, 'seated', 'the first tab plays on');

    await second.client.signIn({ displayName: 'Theseus', takeOver: true });
    assert.equal(await second.seated(), match);
    await first.is('ended');
    assert.equal(first.endReason, 'SESSION_REPLACED');
    await second.sees(20);
    assert.equal(first.endReason, 'SESSION_REPLACED', 'it does not come back by itself');
    await second.client.leave();
  });
}
