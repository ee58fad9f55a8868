import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { SessionEvent_Kind as Kind } from '@clew/protocol/clew/session/v1/session.ts';
import { Collections } from '@clew/service-kit/collections';
import { Counters } from '@clew/service-kit/counters';
import { Status } from 'nice-grpc-common';
import { connectPeers } from '../peers.ts';
import { PlayerDirectory } from '../player-directory.ts';
import type { PlayerStream } from '../player-stream.ts';
import { FakeSession } from '../testing/fake-session.ts';
import { GrpcPlayer } from '../testing/grpc-player.ts';
import { startTestEdge, type TestEdge } from '../testing/test-edge.ts';
import { until } from '../testing/until.ts';
import { SessionWatch } from './session-watch.ts';

const open = async (edge: TestEdge) => (await new GrpcPlayer(edge.grpcAddress).signIn()).play();

async function watched(edge: TestEdge): Promise<void> {
  await until('the edge watches', () => edge.session.cursors.length > 0);
}

suite('what happens to sessions elsewhere', () => {
  for (const [kind, newer, reason] of [
    [Kind.KIND_ATTACHED, 1, 'SESSION_REPLACED'],
    [Kind.KIND_RESUMED, 1, 'SESSION_REPLACED'],
    [Kind.KIND_REPLACED, 1, 'SESSION_REPLACED'],
    [Kind.KIND_CREATED, 1, 'SESSION_REPLACED'],
    [Kind.KIND_ENDED, 0, 'SESSION_ENDED'],
    [Kind.KIND_KICKED, 0, 'SESSION_KICKED'],
  ] as const) {
    test(`ends the stream here at once: kind ${kind}, ${reason}`, async () => {
      await using edge = await startTestEdge();
      await watched(edge);
      using player = await open(edge);
      const { epoch } = edge.session.kept.get(player.playerId)!.session;
      edge.session.tell(player.playerId, kind, epoch + newer);
      await until('the stream ends', () => player.ended);
      assert.deepEqual([player.ended?.code, player.ended?.reason], [Status.ABORTED, reason]);
      await edge.holdsNothing();
    });
  }

  test('by an operator tells the player why, and nobody is reported detached', async () => {
    await using edge = await startTestEdge();
    await watched(edge);
    using player = await open(edge);
    const { epoch } = edge.session.kept.get(player.playerId)!.session;
    edge.session.tell(player.playerId, Kind.KIND_KICKED, epoch + 1, 'throws torches');
    await until('the stream ends', () => player.ended);
    assert.match(player.ended?.message ?? '', /: throws torches$/);
    await edge.holdsNothing();
    assert.deepEqual(edge.session.detached, []);
  });

  test('before the stream opened here is of no concern', async () => {
    await using edge = await startTestEdge();
    await watched(edge);
    using player = await open(edge);
    const { epoch } = edge.session.kept.get(player.playerId)!.session;
    for (const kind of [Kind.KIND_ATTACHED, Kind.KIND_RESUMED, Kind.KIND_DETACHED]) {
      edge.session.tell(player.playerId, kind, epoch);
    }
    edge.session.tell(player.playerId, Kind.KIND_ENDED, epoch - 1);
    edge.session.tell(player.playerId, Kind.KIND_KICKED, epoch - 1, 'long ago');
    await until('all were heard', async () => (await edge.counter('edge.session_events')) === 5);
    assert.equal(player.ended, undefined);
  });

  test('by running out makes the edge renew at once: it still holds the stream', async () => {
    await using edge = await startTestEdge({ CLEW_RENEW_MS: '400' });
    await watched(edge);
    using player = await open(edge);
    const { epoch } = edge.session.kept.get(player.playerId)!.session;
    edge.session.kept.clear();
    edge.session.tell(player.playerId, Kind.KIND_EXPIRED, epoch);
    await until('the record is written again', () => edge.session.kept.has(player.playerId));
    assert.equal(player.ended, undefined);
  });

  test('is heard from where the last stream broke', async () => {
    await using edge = await startTestEdge();
    await watched(edge);
    using player = await open(edge);
    const { epoch } = edge.session.kept.get(player.playerId)!.session;
    edge.session.tell(player.playerId, Kind.KIND_DETACHED, 0);
    await until('it was heard', async () => (await edge.counter('edge.session_events')) === 1);
    edge.session.endWatches();
    edge.session.tell(player.playerId, Kind.KIND_ENDED, epoch);
    await until('the stream ends', () => player.ended);
    assert.equal(player.ended?.reason, 'SESSION_ENDED');
    assert.deepEqual(edge.session.cursors, ['', '1']);
  });

  test('is heard until the watch is disposed of, which ends its call', async () => {
    await using session = await FakeSession.open();
    using peers = connectPeers([session.address], ['127.0.0.1:1']);
    const directory = new PlayerDirectory<PlayerStream>(new Collections(), 1);
    const counters = new Counters<string>(['edge.session_events']);
    const watch = new SessionWatch({ session: peers.sessionStreams, directory, counters });
    await until('it watches', () => session.watching === 1);
    watch[Symbol.dispose]();
    await until('its call has ended', () => session.watching === 0);
  });
});
