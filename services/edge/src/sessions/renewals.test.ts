import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { RenewOutcome } from '@clew/protocol/clew/session/v1/session.ts';
import { Status } from 'nice-grpc-common';
import { GrpcPlayer } from '../testing/grpc-player.ts';
import { startTestEdge, type TestEdge } from '../testing/test-edge.ts';
import { until } from '../testing/until.ts';

const open = async (edge: TestEdge) => (await new GrpcPlayer(edge.grpcAddress).signIn()).play();

suite('renewals', () => {
  test('of all open streams go in few calls, again and again', async () => {
    await using edge = await startTestEdge({ CLEW_RENEW_MS: '100' });
    const players = await Promise.all(Array.from({ length: 10 }, () => open(edge)));
    const renewedTwice = ({ playerId }: GrpcPlayer) =>
      edge.session.renewed.filter((batch) => batch.includes(playerId)).length >= 2;
    await until('everybody was renewed twice', () => players.every(renewedTwice));
    assert.ok(edge.session.renewed.some((batch) => batch.length > 1));
    for (const player of players) player[Symbol.dispose]();
    await edge.holdsNothing();
  });

  for (const [outcome, reason] of [
    [RenewOutcome.RENEW_OUTCOME_REPLACED, 'SESSION_REPLACED'],
    [RenewOutcome.RENEW_OUTCOME_ENDED, 'SESSION_ENDED'],
    [RenewOutcome.RENEW_OUTCOME_KICKED, 'SESSION_KICKED'],
  ] as const) {
    test(`that are denied end the stream with ${reason}, and nobody is reported detached`, async () => {
      await using edge = await startTestEdge({ CLEW_RENEW_MS: '50' });
      using player = await open(edge);
      edge.session.outcomes.set(player.playerId, outcome);
      await until('the stream ends', () => player.ended);
      assert.deepEqual([player.ended?.code, player.ended?.reason], [Status.ABORTED, reason]);
      await edge.holdsNothing();
      assert.deepEqual(edge.session.detached, []);
    });
  }

  test('that are denied by a kick tell the player why', async () => {
    await using edge = await startTestEdge({ CLEW_RENEW_MS: '50' });
    using player = await open(edge);
    edge.session.kickReasons.set(player.playerId, 'cheating');
    edge.session.outcomes.set(player.playerId, RenewOutcome.RENEW_OUTCOME_KICKED);
    await until('the stream ends', () => player.ended);
    assert.match(player.ended?.message ?? '', /: cheating$/);
  });

  test('of a record that Redis lost write it again, with the token’s hash and the match', async () => {
    await using edge = await startTestEdge({ CLEW_RENEW_MS: '50' });
    edge.matchmaking.matches.set('m-1', edge.simulation.match('m-1'));
    using player = await new GrpcPlayer(edge.grpcAddress).signIn();
    edge.session.kept.get(player.playerId)!.session.matchId = 'm-1';
    await player.play();
    await player.event('seated');
    const { session, tokenHash } = edge.session.kept.get(player.playerId)!;
    edge.session.kept.clear();
    await until('it is written again', () => edge.session.kept.has(player.playerId));
    const record = edge.session.reinstated[0]!;
    assert.deepEqual(Buffer.from(record.tokenHash), tokenHash);
    const { epoch, displayName, edgeId, matchId } = record.session!;
    assert.deepEqual(
      { epoch, displayName, edgeId, matchId },
      { epoch: session.epoch, displayName: 'Ariadne', edgeId: 'edge-test', matchId: 'm-1' },
    );
    assert.equal(player.ended, undefined);
    await until('it is counted', async () => (await edge.counter('edge.sessions_reinstated')) >= 1);
  });

  test('of a record that somebody newer has written meanwhile end the stream', async () => {
    await using edge = await startTestEdge({ CLEW_RENEW_MS: '50' });
    using player = await open(edge);
    edge.session.reinstatedAs = RenewOutcome.RENEW_OUTCOME_REPLACED;
    edge.session.kept.clear();
    await until('the stream ends', () => player.ended);
    assert.equal(player.ended?.reason, 'SESSION_REPLACED');
    await edge.holdsNothing();
  });

  test('go on and on, however many batches there were', async () => {
    await using edge = await startTestEdge({ CLEW_RENEW_MS: '20' });
    using player = await open(edge);
    await until('many were renewed', () => edge.session.renewed.length > 8);
    assert.equal(player.ended, undefined);
  });

  test('drop nobody while session is away, and go on when it is back', async () => {
    await using edge = await startTestEdge({ CLEW_RENEW_MS: '50', CLEW_CALL_MS: '1000' });
    using player = await open(edge);
    await edge.session.stop();
    await until('some failed', async () => (await edge.counter('edge.renewals_failed')) >= 3);
    assert.equal(player.ended, undefined);
    const before = edge.session.renewed.length;
    await edge.session.start();
    await until('they go on', () => edge.session.renewed.length > before);
  });

  test('are at most four at once', async () => {
    await using edge = await startTestEdge({ CLEW_RENEW_MS: '20', CLEW_CALL_MS: '5000' });
    const gate = Promise.withResolvers<void>();
    let atOnce = 0;
    let most = 0;
    edge.session.onCall = async (method) => {
      if (method !== 'renewSessions') return;
      most = Math.max(most, ++atOnce);
      await gate.promise;
      atOnce -= 1;
    };
    const players: GrpcPlayer[] = [];
    for (let n = 1; n <= 8; n++) {
      players.push(await open(edge));
      const under = Math.min(n, 4);
      await until(`${under} are under way`, async () => (await edge.held())['edge.renewals'] === under);
    }
    assert.equal(most, 4);
    gate.resolve();
    const all = () => players.every(({ playerId }) => edge.session.renewed.some((batch) => batch.includes(playerId)));
    await until('everybody has his turn', all);
    for (const player of players) player[Symbol.dispose]();
  });
});
