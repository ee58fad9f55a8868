import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Closed_Reason } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import { Collections } from '@clew/service-kit/collections';
import { Counters } from '@clew/service-kit/counters';
import { Status } from 'nice-grpc-common';
import { MatchLookups } from './match-lookups.ts';
import { connectPeers } from './peers.ts';
import { Seat, type SeatHolder } from './seat.ts';
import { FakeMatchmaking } from './testing/fake-matchmaking.ts';
import { FakeSimulation } from './testing/fake-simulation.ts';
import { GrpcPlayer } from './testing/grpc-player.ts';
import { startTestEdge, type TestEdge } from './testing/test-edge.ts';
import { until } from './testing/until.ts';
import { Trunks } from './trunk/trunks.ts';

/** A player whose session points to the match, in the seat. */
async function seated(edge: TestEdge, matchId = 'm-1'): Promise<GrpcPlayer> {
  const player = await new GrpcPlayer(edge.grpcAddress).signIn();
  edge.matchmaking.matches.set(matchId, edge.simulation.match(matchId));
  pointTo(edge, player, matchId);
  await player.play();
  await player.event('seated');
  return player;
}

function pointTo(edge: TestEdge, player: GrpcPlayer, matchId: string): void {
  edge.session.kept.get(player.playerId)!.session.matchId = matchId;
}

const pointerOf = (edge: TestEdge, player: GrpcPlayer) => edge.session.kept.get(player.playerId)?.session.matchId;
const count = (player: GrpcPlayer, wanted: string) => player.events.filter(({ $case }) => $case === wanted).length;

suite('a seat of a session that was in a match', () => {
  test('is taken again as the stream opens', async () => {
    await using edge = await startTestEdge();
    using player = await seated(edge);
    assert.deepEqual(edge.matchmaking.lookups, ['m-1']);
    edge.simulation.frame('m-1', 7, { keyframe: true });
    await until('it has frames', () => player.frames.includes('K7'));
  });

  test('in a match that is unknown or finished leaves the player idle, and the pointer cleared', async () => {
    await using edge = await startTestEdge();
    edge.matchmaking.finished.add('m-finished');
    for (const [matchId, event] of [
      ['m-unknown', 'idle'],
      ['m-finished', 'matchEnded'],
    ] as const) {
      using player = await new GrpcPlayer(edge.grpcAddress).signIn();
      pointTo(edge, player, matchId);
      await player.play();
      await player.event(event);
      await until('the pointer is cleared', () => pointerOf(edge, player) === '');
      assert.equal(count(player, 'seated'), 0);
    }
  });

  test('that was freed meanwhile leaves the player idle', async () => {
    await using edge = await startTestEdge();
    edge.simulation.onAttach = () => Closed_Reason.REASON_SEAT_UNKNOWN;
    edge.matchmaking.matches.set('m-1', edge.simulation.match('m-1'));
    using player = await new GrpcPlayer(edge.grpcAddress).signIn();
    pointTo(edge, player, 'm-1');
    await player.play();
    await player.event('idle');
    await until('the pointer is cleared', () => pointerOf(edge, player) === '');
  });

  test('waits for a directory that is away', async () => {
    await using edge = await startTestEdge();
    await edge.matchmaking.stop();
    using player = await new GrpcPlayer(edge.grpcAddress).signIn();
    pointTo(edge, player, 'm-1');
    edge.matchmaking.matches.set('m-1', edge.simulation.match('m-1'));
    await player.play();
    await edge.matchmaking.start();
    await player.event('seated');
    assert.equal(count(player, 'idle'), 0);
  });

  test('that nobody answers for is asked for again', async () => {
    await using edge = await startTestEdge({ CLEW_TRUNK_SILENCE_MS: '100' });
    edge.simulation.onAttach = () => 'nothing';
    edge.matchmaking.matches.set('m-1', edge.simulation.match('m-1'));
    using player = await new GrpcPlayer(edge.grpcAddress).signIn();
    pointTo(edge, player, 'm-1');
    await player.play();
    await until('it is asked for again', () => edge.simulation.attaches.length >= 2);
    edge.simulation.onAttach = () => undefined;
    await player.event('seated');
  });

  test('asks again where nobody answers, and gives up what it asked for', async () => {
    await using edge = await startTestEdge({ CLEW_TRUNK_SILENCE_MS: '1000', CLEW_HEARTBEAT_MS: '200' });
    edge.matchmaking.matches.set('m-1', edge.simulation.match('m-1'));
    edge.simulation.onAttach = () => (edge.simulation.attaches.length === 1 ? 'nothing' : undefined);
    using player = await new GrpcPlayer(edge.grpcAddress).signIn();
    edge.session.kept.get(player.playerId)!.session.matchId = 'm-1';
    await player.play();
    await player.event('seated');
    const [given] = edge.simulation.attaches;
    assert.deepEqual(
      edge.simulation.detaches.map(({ channel, leave }) => [channel, leave]),
      [[given?.channel, false]],
    );
  });
});

suite('frames', () => {
  test('begin with a keyframe, and go on from one where a tick is missing', async () => {
    await using edge = await startTestEdge();
    using player = await seated(edge);
    edge.simulation.frame('m-1', 1);
    edge.simulation.frame('m-1', 2, { keyframe: true });
    edge.simulation.frame('m-1', 3, { keyframe: true });
    const asked = edge.simulation.keyframesAsked.length;
    edge.simulation.frame('m-1', 5);
    await until('a keyframe is asked for', () => edge.simulation.keyframesAsked.length > asked);
    edge.simulation.frame('m-1', 6);
    edge.simulation.frame('m-1', 7, { keyframe: true });
    edge.simulation.frame('m-1', 8, { delta: false, keyframe: true });
    edge.simulation.frame('m-1', 9);
    await until('the last is there', () => player.frames.includes('9'));
    assert.deepEqual(player.frames, ['K2', '3', 'K7', 'K8', '9']);
  });

  test('of a keyframe that does not come are asked for again', async () => {
    await using edge = await startTestEdge({ CLEW_HEARTBEAT_MS: '100' });
    using player = await seated(edge);
    await until('it is asked for twice', () => edge.simulation.keyframesAsked.length >= 2);
    edge.simulation.frame('m-1', 1, { keyframe: true });
    await until('it is there', () => player.frames.length === 1);
  });

  test('and what concerns one seat alone reach that seat alone', async () => {
    await using edge = await startTestEdge();
    using first = await seated(edge);
    using second = await seated(edge);
    const channel = edge.simulation.channelOf(second.playerId)!;
    edge.simulation.frame('m-1', 1, { keyframe: true, own: [channel] });
    await until('both have it', () => first.frames.length === 1 && second.frames.length === 1);
    assert.equal(first.messages.at(-1)?.own, undefined);
    assert.equal(second.messages.at(-1)?.own?.inputMargin?.marginMs, channel);
    assert.equal(edge.simulation.trunks.size, 1, 'all seats share one trunk');
  });
});

suite('the end of a match', () => {
  test('is told after its last frame, the pointer cleared, and the player may go on', async () => {
    await using edge = await startTestEdge();
    using player = await seated(edge);
    edge.simulation.frame('m-1', 1, { keyframe: true });
    edge.simulation.close('m-1', Closed_Reason.REASON_MATCH_ENDED);
    assert.deepEqual((await player.event('matchEnded')).value, { matchId: 'm-1' });
    assert.deepEqual(player.frames, ['K1']);
    await until('the pointer is cleared', () => pointerOf(edge, player) === '');
    await until('nobody needs the trunk', async () => !('edge.trunks' in (await edge.held())));
    const { ticketId } = await player.call('findMatch');
    edge.matchmaking.assign(ticketId, edge.simulation.match('m-2'));
    await until('the next seat', () => count(player, 'seated') === 2);
  });

  test('by its failure puts the player to the front of the queue', async () => {
    await using edge = await startTestEdge();
    using player = await seated(edge);
    edge.simulation.close('m-1', Closed_Reason.REASON_MATCH_FAILED);
    assert.deepEqual((await player.event('matchLost')).value, { matchId: 'm-1' });
    await player.event('queued');
    assert.equal(edge.matchmaking.created[0]?.front, true);
    await until('the pointer is cleared', () => pointerOf(edge, player) === '');
  });

  test('for a stream that a newer one replaced ends that stream', async () => {
    await using edge = await startTestEdge();
    using player = await seated(edge);
    edge.simulation.close('m-1', Closed_Reason.REASON_REPLACED);
    await until('the stream ends', () => player.ended);
    assert.deepEqual([player.ended?.code, player.ended?.reason], [Status.ABORTED, 'SESSION_REPLACED']);
    await edge.holdsNothing();
  });
});

suite('a trunk that breaks', () => {
  test('is opened anew, the seat taken again, and nothing told but a keyframe', async () => {
    await using edge = await startTestEdge();
    using player = await seated(edge);
    edge.simulation.frame('m-1', 1, { keyframe: true });
    await until('it has frames', () => player.frames.length === 1);
    edge.simulation.breakTrunks();
    await until('the seat is taken again', () => edge.simulation.attaches.length === 2);
    await until('the channel is open', () => edge.simulation.channelOf(player.playerId) !== undefined);
    edge.simulation.frame('m-1', 2);
    edge.simulation.frame('m-1', 3, { keyframe: true });
    await until('it goes on', () => player.frames.length === 2);
    assert.deepEqual(player.frames, ['K1', 'K3']);
    assert.deepEqual([count(player, 'matchLost'), count(player, 'idle'), player.ended], [0, 0, undefined]);
  });

  test('follows the match to its new owner', async () => {
    await using edge = await startTestEdge();
    await using other = await FakeSimulation.open('simulation-2');
    using player = await seated(edge);
    edge.matchmaking.matches.set('m-1', other.match('m-1', 2));
    await edge.simulation.stop();
    await until('the other one has the seat', () => other.channelOf(player.playerId) !== undefined);
    other.frame('m-1', 40, { keyframe: true });
    await until('it goes on', () => player.frames.includes('K40'));
    assert.equal(count(player, 'matchLost'), 0);
  });

  test('for a match that the directory lost ends the match: session kept, to the front of the queue', async () => {
    await using edge = await startTestEdge();
    using player = await seated(edge);
    await edge.simulation.stop();
    await until('the edge seeks', () => edge.matchmaking.lookups.length >= 3);
    assert.equal(count(player, 'matchLost'), 0, 'not lost while its owner may come back');
    edge.matchmaking.matches.delete('m-1');
    await player.event('matchLost');
    await player.event('queued');
    assert.equal(edge.matchmaking.created[0]?.front, true);
    assert.equal(player.ended, undefined);
    assert.equal(await edge.counter('edge.matches_lost'), 1);
  });

  test('for longer than a match may be gone ends the match, whatever the directory says', async () => {
    await using edge = await startTestEdge({ CLEW_MATCH_LOST_MS: '100' });
    using player = await seated(edge);
    await edge.simulation.stop();
    await player.event('matchLost');
    assert.ok(edge.matchmaking.matches.has('m-1'));
  });

  test('while matchmaking is away goes on with the same owner when it is back', async () => {
    await using edge = await startTestEdge({ CLEW_CALL_MS: '1000' });
    using player = await seated(edge);
    await edge.matchmaking.stop();
    edge.simulation.breakTrunks();
    await until('the seat is taken again', () => edge.simulation.attaches.length >= 2);
    await until('the channel is open', () => edge.simulation.channelOf(player.playerId) !== undefined);
    edge.simulation.frame('m-1', 3, { keyframe: true });
    await until('it goes on', () => player.frames.includes('K3'));
  });

  test('by silence is seen, though the socket stands', async () => {
    await using edge = await startTestEdge({ CLEW_TRUNK_SILENCE_MS: '200' });
    using player = await seated(edge);
    edge.simulation.silent = true;
    await until('the edge tries anew', () => edge.simulation.attaches.length >= 2);
    edge.simulation.silent = false;
    await until('the channel is open', () => edge.simulation.channelOf(player.playerId) !== undefined);
    assert.equal(player.ended, undefined);
  });

  test('puts a lost match’s player in front even when matchmaking comes back later', async () => {
    await using edge = await startTestEdge({ CLEW_CALL_MS: '1000' });
    using player = await seated(edge);
    await edge.matchmaking.stop();
    edge.simulation.close('m-1', Closed_Reason.REASON_MATCH_FAILED);
    await player.event('matchLost');
    await edge.matchmaking.start();
    await player.event('queued');
    assert.equal(edge.matchmaking.created.at(-1)?.front, true);
  });
});

suite('a seat that is let go', () => {
  test('asks nobody any more', async () => {
    await using matchmaking = await FakeMatchmaking.open();
    using peers = connectPeers(['127.0.0.1:1'], [matchmaking.address]);
    const collections = new Collections();
    const trunkOptions = { edgeId: 'edge-1', flushMs: 1, silenceMs: 1_000, tickMs: 50, channelsMax: 10, collections };
    using trunks = new Trunks(trunkOptions);
    const lookups = new MatchLookups(peers.matchmaking, 1_000, collections);
    const counters = new Counters<string>([]);
    const told: string[] = [];
    const holder = new Proxy({} as SeatHolder, { get: (_target, name) => () => void told.push(String(name)) });
    const owner = { playerId: 'a', sessionEpoch: 1 };
    const services = { lookups, trunks, counters, attachMs: 1_000, lostMs: 1_000, tickMs: 50 };
    new Seat('m-1', undefined, owner, holder, services)[Symbol.dispose]();
    new Seat('m-2', undefined, owner, holder, services).leave();
    new Seat('m-3', undefined, owner, holder, services);
    await until('the one that is kept has asked', () => told.length > 0);
    assert.deepEqual([matchmaking.lookups, told], [['m-3'], ['seatUnknown']]);
  });
});
