import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { suite, test } from 'node:test';
import { SessionEvent_Kind as Kind, SessionEvent } from '@clew/protocol/clew/session/v1/session.ts';
import { decodeCursor, NEVER, type StreamId } from './event-cursor.ts';
import type { Page } from './event-streams.ts';
import { SHARDS } from './keys.ts';
import { responses, Watcher } from './watcher.ts';

/** A page with events of these times. */
function page(shard: number, ...times: number[]): Page {
  const event = SessionEvent.fromPartial({ kind: Kind.KIND_CREATED });
  return { shard, full: false, entries: times.map((ms) => ({ id: { ms, sequence: 0 }, event })) };
}

const nowhere = () => Array.from({ length: SHARDS }, (): StreamId => NEVER);
const idle = new AbortController().signal;

suite('a watcher', () => {
  test('is given what waits, in order', async () => {
    const watcher = new Watcher(10);
    watcher.push([page(1, 5)]);
    watcher.push([page(1, 6), page(2, 6)]);
    assert.equal(watcher.waiting, 3);
    assert.deepEqual(await watcher.take(idle), [page(1, 5), page(1, 6), page(2, 6)]);
    assert.equal(watcher.waiting, 0);
  });

  test('waits for what comes later', async () => {
    const watcher = new Watcher(10);
    const taken = watcher.take(idle);
    watcher.push([page(1, 5)]);
    assert.deepEqual(await taken, [page(1, 5)]);
  });

  test('is cut beyond its bound and lets go of all that waited', async () => {
    const watcher = new Watcher(3);
    assert.equal(watcher.push([page(1, 5, 6, 7)]), true);
    assert.equal(watcher.push([page(1, 8)]), false);
    assert.equal(watcher.waiting, 0);
    watcher.push([page(1, 9)]);
    assert.equal(watcher.waiting, 0);
    await assert.rejects(watcher.take(idle), { reason: 'WATCHER_TOO_SLOW' });
  });

  test('stops waiting when its caller is gone, and leaves no listener behind', async () => {
    const watcher = new Watcher(10);
    const gone = new AbortController();
    for (let round = 0; round < 3; round += 1) {
      const taken = watcher.take(gone.signal);
      watcher.push([page(1, 5)]);
      await taken;
    }
    assert.deepEqual(getEventListeners(gone.signal, 'abort'), []);
    const taken = watcher.take(gone.signal);
    gone.abort();
    await assert.rejects(taken, { name: 'AbortError' });
  });
});

suite('responses', () => {
  test('carry the cursor behind their events', () => {
    const positions = nowhere();
    const [response, ...more] = responses([page(1, 5, 6), page(2, 4)], positions);
    assert.equal(more.length, 0);
    assert.equal(response?.events.length, 3);
    assert.deepEqual(decodeCursor(response!.cursor), positions);
    assert.deepEqual(positions[1], { ms: 6, sequence: 0 });
  });

  test('pass over what the watcher has seen', () => {
    const positions = nowhere();
    positions[1] = { ms: 6, sequence: 0 };
    assert.equal([...responses([page(1, 5, 6, 7)], positions)][0]?.events.length, 1);
    assert.deepEqual([...responses([page(1, 5)], positions)], []);
  });

  test('are bounded, each with a cursor from which nothing is missed', () => {
    const times = Array.from({ length: 500 }, (_, index) => index + 1);
    const pages = [0, 1, 2, 3, 4].map((shard) => page(shard, ...times));
    const told = [...responses(pages, nowhere())];
    assert.deepEqual(
      told.map(({ events }) => events.length),
      [1_000, 1_000, 500],
    );
    assert.equal(
      [...responses(pages, [...decodeCursor(told[0]!.cursor)!])].flatMap(({ events }) => events).length,
      1_500,
    );
  });
});
