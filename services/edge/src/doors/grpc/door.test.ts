import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { GrpcPlayer } from '../../testing/grpc-player.ts';
import { startTestEdge } from '../../testing/test-edge.ts';
import { until } from '../../testing/until.ts';

suite('the gRPC door', () => {
  test('leads from sign-in by the stream and the queue to a seat and its frames', async () => {
    await using edge = await startTestEdge();
    using player = await new GrpcPlayer(edge.grpcAddress).signIn();
    assert.match(player.playerId, /^[0-9a-f]{32}$/);
    await player.play();
    assert.deepEqual((await player.event('welcome')).value.edge, {
      webUrl: edge.webUrl,
      grpcAddress: edge.grpcAddress,
    });

    const { ticketId } = await player.call('findMatch', {});
    edge.matchmaking.place(ticketId, 3, 7);
    const queued = await until('the place is told', () =>
      player.events.find((kind) => kind.$case === 'queued' && kind.value.place === 3),
    );
    assert.deepEqual(queued.value, { ticketId, place: 3, waiting: 7 });

    edge.matchmaking.assign(ticketId, edge.simulation.match('m-1'));
    const seated = await player.event('seated');
    assert.deepEqual(seated.value, { matchId: 'm-1', seat: 0 });
    assert.deepEqual(edge.simulation.edgeIds, ['edge-test']);

    edge.simulation.frame('m-1', 10, { keyframe: true });
    edge.simulation.frame('m-1', 11);
    edge.simulation.frame('m-1', 12, { own: [edge.simulation.channelOf(player.playerId)!] });
    await until('all frames came', () => player.frames.length === 3);
    assert.deepEqual(player.frames, ['K10', '11', '12']);
    assert.equal(player.messages.at(-1)?.own?.inputMargin?.marginMs, edge.simulation.channelOf(player.playerId));

    player.send([{ sequence: 1, tick: 13, forward: 127, strafe: 0, heading: 9, buttons: 1 }]);
    await until('the input arrived', () => edge.simulation.inputs.length === 1);
    assert.equal(edge.simulation.inputs[0]?.heading, 9);
  });
});
