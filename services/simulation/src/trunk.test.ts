import assert from 'node:assert/strict';
import { connect } from 'node:http2';
import { suite, type TestContext, test } from 'node:test';
import {
  Closed_Reason,
  TrunkRequest,
  TrunkResponse,
  TrunkServiceDefinition,
} from '@clew/protocol/clew/simulation/v1/simulation.ts';
import { rowsOf } from '@clew/protocol/input-rows';
import { MessageWriter } from '@clew/service-kit/bidi/messages';
import { grpcDefinition } from '@clew/service-kit/grpc-definition';
import { status } from '@grpc/grpc-js';
import { BACKLOG_MESSAGES_MAX } from './backlog.ts';
import type { Match } from './match.ts';
import { player, shortRules, TestMatches } from './testing/test-matches.ts';
import { PHASES } from './tick-loop.ts';

/** Two edges in a match; the next match that the first one asks for is what is given. It is cut, the second one goes on. */
async function cutsOnlyOne(context: TestContext, matchGiven: () => unknown): Promise<void> {
  const world = await TestMatches.open(context);
  const match = world.match(2);
  const [one, two] = [world.edge('edge-1'), world.edge('edge-2')];
  await world.attach(one, 1, match.id, 1);
  const seated = await world.attach(two, 1, match.id, 2);
  context.mock.method(world.matches, 'get', matchGiven as () => Match | undefined, { times: 1 });
  one.send({ attaches: [{ channel: 2, matchId: match.id, playerId: player(2).playerId, sessionEpoch: 1 }] });
  await one.until(() => one.ended !== undefined);
  assert.equal(world.counters.get('simulation.trunks_cut'), 1);
  assert.equal(match.seating.seats[0]?.state.kind, 'detached');
  const { deltas } = seated;
  await world.until(() => seated.deltas > deltas + 3);
  assert.equal(seated.mismatches, 0);
}

suite('a trunk', () => {
  test('answers an attach, then brings a keyframe, then what changed', async (context) => {
    const world = await TestMatches.open(context);
    const match = world.match();
    const edge = world.edge('edge-1');
    const seated = await world.attach(edge, 7, match.id, 1);
    assert.equal(seated.seat, 0);
    assert.equal(seated.keyframes, 0);
    await world.until(() => seated.deltas >= 30);
    assert.equal(seated.keyframes, 1);
    assert.equal(seated.mismatches, 0);
    const first = edge.responses.findIndex(({ frames }) => frames.length > 0);
    const answer = edge.responses.findIndex(({ attached }) => attached.length > 0);
    assert.ok(answer <= first);
  });

  test('answers at once, whenever the next phase is', async (context) => {
    const world = await TestMatches.open(context);
    const edge = world.edge('edge-1');
    edge.send({ attaches: [{ channel: 1, matchId: 'm-nowhere', playerId: player(1).playerId, sessionEpoch: 1 }] });
    await edge.until(() => edge.responses.length === 1); // no phase comes
    assert.equal(edge.responses[0]?.closed[0]?.reason, Closed_Reason.REASON_MATCH_UNKNOWN);
  });

  test('takes all that an edge gathered while the process stood still', async (context) => {
    const world = await TestMatches.open(context);
    const edge = world.edge('edge-1');
    const input = { sequence: 1, tick: 1_000_000, forward: 0, strafe: 0, heading: 60_000, buttons: 0 };
    const rows = Array.from({ length: 32 * 2_000 }, (_, index) => rowsOf(100_000 + (index >> 5), [input])).flat();
    edge.send({ inputs: rows });
    await world.settle(() => world.counters.get('simulation.inputs_homeless') === 64_000 || edge.ended !== undefined);
    assert.equal(edge.ended, undefined);
  });

  test('counts what comes for a channel that is gone, and gives it to nobody', async (context) => {
    const world = await TestMatches.open(context);
    const match = world.match(2);
    const edge = world.edge('edge-1');
    await world.attach(edge, 1, match.id, 1);
    edge.send({ detaches: [{ channel: 1, leave: false }] });
    await world.attach(edge, 2, match.id, 2); // notes its inputs where the first one's were noted
    const input = { sequence: 9, tick: match.world.tick + 1, forward: 0, strafe: 0, heading: 60_000, buttons: 0 };
    edge.send({ inputs: rowsOf(1, [input]) });
    await world.settle(() => world.counters.get('simulation.inputs_homeless') === 1);
    assert.equal(world.size('simulation.waiting_inputs'), 0);
  });

  test('attaches who comes with a trace, though nobody exports it here', async (context) => {
    const world = await TestMatches.open(context);
    const match = world.match();
    const edge = world.edge('edge-1');
    const traceParent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    edge.send({
      attaches: [{ channel: 1, matchId: match.id, playerId: player(1).playerId, sessionEpoch: 1, traceParent }],
    });
    await world.until(() => edge.responses.some(({ attached }) => attached[0]?.channel === 1));
  });

  test('shares one frame between the channels of a match', async (context) => {
    const world = await TestMatches.open(context);
    const match = world.match(2);
    const edge = world.edge('edge-1');
    const one = await world.attach(edge, 1, match.id, 1);
    await world.until(() => one.deltas >= 3);
    const two = await world.attach(edge, 2, match.id, 2);
    await world.until(() => two.deltas >= 3);
    assert.equal(one.matchChannel, two.matchChannel);
    assert.equal(one.keyframes, 1, 'the second player needed a keyframe, the first did not');
    assert.deepEqual(one.view, two.view);
    for (const { frames } of edge.responses) assert.ok(frames.length <= 1);
  });

  test('sends a keyframe to the channel that asks for one', async (context) => {
    const world = await TestMatches.open(context);
    const match = world.match();
    const edge = world.edge('edge-1');
    const seated = await world.attach(edge, 1, match.id, 1);
    await world.until(() => seated.deltas >= 3);
    edge.miss(1);
    await world.until(() => seated.keyframes === 2);
    await world.until(() => seated.deltas >= 6);
    assert.equal(seated.mismatches, 0);
  });

  test('closes what it cannot attach, and says why', async (context) => {
    const world = await TestMatches.open(context);
    const match = world.match();
    const edge = world.edge('edge-1');
    const closed = async (channel: number, matchId: string, number: number, epoch: number) =>
      (await world.attach(edge, channel, matchId, number, epoch)).closed;
    assert.equal(await closed(1, 'm-nowhere', 1, 1), Closed_Reason.REASON_MATCH_UNKNOWN);
    assert.equal(await closed(2, match.id, 2, 1), Closed_Reason.REASON_SEAT_UNKNOWN);
    assert.equal(await closed(3, match.id, 1, 0), Closed_Reason.REASON_REPLACED);
    assert.equal(world.size('simulation.channels'), 0);
  });

  test('gives a seat to the higher session epoch and closes the channel that held it', async (context) => {
    const world = await TestMatches.open(context);
    const match = world.match();
    const old = await world.attach(world.edge('edge-1'), 1, match.id, 1, 5);
    const edge = world.edge('edge-2');
    const young = await world.attach(edge, 1, match.id, 1, 6);
    await world.until(() => young.deltas >= 1);
    assert.equal(old.closed, Closed_Reason.REASON_REPLACED);
    assert.equal(young.seat, 0);
    const late = await world.attach(edge, 2, match.id, 1, 5);
    assert.equal(late.closed, Closed_Reason.REASON_REPLACED);
    assert.equal(young.closed, undefined);
    assert.equal(world.orphans(), 0);
  });

  test('that breaks detaches the seats attached through it, and no others', async (context) => {
    const world = await TestMatches.open(context);
    const match = world.match(2);
    const [one, two] = [world.edge('edge-1'), world.edge('edge-2')];
    await world.attach(one, 1, match.id, 1);
    await world.attach(two, 1, match.id, 2);
    one.cancel();
    await world.settle(() => match.seating.seats[0]?.state.kind === 'detached');
    assert.equal(match.seating.seats[1]?.state.kind, 'attached');
    assert.equal(world.size('simulation.trunks'), 1);
    assert.equal(world.size('simulation.channels'), 1);
    assert.equal(world.orphans(), 0);
    const again = await world.attach(two, 2, match.id, 1);
    assert.equal(again.seat, 0);
  });

  test('whose connection is reset detaches its seats, too', async (context) => {
    const world = await TestMatches.open(context);
    const match = world.match();
    const session = connect(`http://127.0.0.1:${world.port}`).on('error', () => {});
    const { trunk: method } = grpcDefinition(TrunkServiceDefinition);
    const stream = session.request({ ':method': 'POST', ':path': method.path }, { endStream: false });
    stream.on('error', () => {}).resume();
    const writer = new MessageWriter(TrunkRequest);
    const attach = { channel: 1, matchId: match.id, playerId: player(1).playerId, sessionEpoch: 1 };
    writer.add({ ...TrunkRequest.create(), edgeId: 'edge-1', attaches: [attach] });
    stream.write(writer.finish());
    const seat = match.seating.seats[0]!;
    await world.settle(() => seat.state.kind === 'attached');
    session.socket.resetAndDestroy();
    await world.settle(() => seat.state.kind === 'detached');
    assert.equal(world.size('simulation.trunks'), 0);
  });

  test('that ends politely is ended politely', async (context) => {
    const world = await TestMatches.open(context);
    const match = world.match();
    const edge = world.edge('edge-1');
    await world.attach(edge, 1, match.id, 1);
    edge.halfClose();
    await edge.until(() => edge.ended !== undefined);
    assert.equal(edge.ended?.code, status.OK);
    assert.equal(match.seating.seats[0]?.state.kind, 'detached');
  });

  test('of an edge that comes again ends the older one', async (context) => {
    const world = await TestMatches.open(context);
    const match = world.match();
    const old = world.edge('edge-1');
    await world.attach(old, 1, match.id, 1);
    world.edge('edge-1');
    await old.until(() => old.ended !== undefined);
    assert.equal(match.seating.seats[0]?.state.kind, 'detached');
    await world.settle(() => world.size('simulation.trunks') === 1);
  });

  test('says that it lives when there is nothing to say', async (context) => {
    const world = await TestMatches.open(context);
    const edge = world.edge('edge-1');
    await world.settle(() => world.size('simulation.trunks') === 1);
    world.pass(4);
    await edge.until(() => edge.responses.length === 1);
    world.pass(3);
    world.pass(1);
    await edge.until(() => edge.responses.length === 2);
    assert.deepEqual(edge.responses[1], { attached: [], closed: [], frames: [] });
  });

  test('keeps its messages small, however much there is to say', async (context) => {
    const rules = { ...shortRules, baseSize: 64 };
    const world = await TestMatches.open(context, { rules, matchesMax: 40 });
    const edge = world.edge('edge-1');
    for (let number = 1; number <= 40; number++) {
      const { id } = world.match(1, `m-${number}`);
      await world.attach(edge, number, id, 1);
    }
    for (let phase = 0; phase < PHASES; phase++) world.matches.tickPhase(phase, world.nowMs); // late: all at once
    await world.settle(() => [...edge.players.values()].every(({ keyframes }) => keyframes === 1));
    const sizes = edge.responses.map((response) => TrunkResponse.encode(response).finish().length);
    assert.ok(Math.max(...sizes) < 140 * 1024, `${Math.max(...sizes)}`);
    assert.ok(Math.max(...sizes) > 100 * 1024, 'it was worth a split');
  });

  const faults: readonly [string, Partial<TrunkRequest>][] = [
    ['does not name its edge', { keyframes: [1] }],
    ['sends half a row of inputs', { edgeId: 'e', inputs: [1, 2, 3] }],
    ['uses channel 0', { edgeId: 'e', attaches: [{ channel: 0, matchId: 'm', playerId: 'p', sessionEpoch: 1 }] }],
  ];
  for (const [fault, request] of faults) {
    test(`that ${fault} is refused`, async (context) => {
      const world = await TestMatches.open(context);
      const edge = world.edge();
      edge.send(request);
      await edge.until(() => edge.ended !== undefined);
      assert.equal(edge.ended?.code, status.INVALID_ARGUMENT);
      assert.equal(world.size('simulation.trunks'), 0);
    });
  }

  test('that uses a channel twice is refused, and its seats are detached', async (context) => {
    const world = await TestMatches.open(context);
    const match = world.match(2);
    const edge = world.edge('edge-1');
    await world.attach(edge, 1, match.id, 1);
    edge.send({ attaches: [{ channel: 1, matchId: match.id, playerId: player(2).playerId, sessionEpoch: 1 }] });
    await edge.until(() => edge.ended !== undefined);
    assert.equal(edge.ended?.code, status.INVALID_ARGUMENT);
    assert.equal(match.seating.seats[0]?.state.kind, 'detached');
  });

  test('on which something comes that is no message is over', async (context) => {
    const world = await TestMatches.open(context);
    const match = world.match();
    const edge = world.edge('edge-1');
    await world.attach(edge, 1, match.id, 1);
    edge.sendBytes(Buffer.of(0x0a, 0xff));
    await edge.until(() => edge.ended !== undefined);
    await world.settle(() => world.size('simulation.trunks') === 0);
    assert.equal(match.seating.seats[0]?.state.kind, 'detached');
  });

  test('that never says whose it is is cut', async (context) => {
    const world = await TestMatches.open(context);
    const edge = world.edge();
    await world.settle(() => world.size('simulation.trunks') === 1);
    world.nowMs += 5_000;
    world.pass();
    assert.equal(world.size('simulation.trunks'), 0);
    await edge.until(() => edge.ended !== undefined);
  });

  test('in which something fails is cut, and the others go on', async (context) => {
    await cutsOnlyOne(context, () => {
      throw new Error('no match can be had');
    });
  });

  test('that cannot be written to is cut, and the others go on', async (context) => {
    const channel = { audience: { matchChannel: -1 }, seat: 0 };
    const seating = { attach: () => ({ kind: 'attached', channel }), detach: () => {} };
    await cutsOnlyOne(context, () => ({ seating }));
  });

  test('is told at the stop what was gathered, then that it is over', async (context) => {
    const world = await TestMatches.open(context);
    const match = world.match();
    const edge = world.edge('edge-1');
    const seated = await world.attach(edge, 1, match.id, 1);
    match.end(Closed_Reason.REASON_MATCH_ENDED);
    const stopped = world.trunks.stop(5_000);
    assert.deepEqual([world.size('simulation.trunks'), world.size('simulation.channels')], [0, 0]);
    await stopped;
    await edge.until(() => edge.ended !== undefined);
    assert.equal(edge.ended?.code, status.OK);
    assert.equal(seated.closed, Closed_Reason.REASON_MATCH_ENDED);
  });

  test('is refused beyond the bound', async (context) => {
    const world = await TestMatches.open(context, { trunksMax: 1 });
    world.edge('edge-1');
    await world.settle(() => world.size('simulation.trunks') === 1);
    const second = world.edge('edge-2');
    await second.until(() => second.ended !== undefined);
    assert.equal(second.ended?.code, status.RESOURCE_EXHAUSTED);
    assert.equal(world.size('simulation.trunks'), 1);
  });
});

suite('an edge that does not read', () => {
  /** A match in which the edge has stopped reading, so long that the trunk is congested. */
  async function stalled(context: Parameters<typeof TestMatches.open>[0]) {
    const rules = {
      ...shortRules,
      climbingTicksMax: 100_000,
      baseSize: 64,
    };
    const world = await TestMatches.open(context, { rules });
    const match = world.match(2);
    const edge = world.edge('edge-1');
    const other = world.edge('edge-2');
    const slow = await world.attach(edge, 1, match.id, 1);
    const quick = await world.attach(other, 1, match.id, 2);
    await world.until(() => slow.deltas >= 1 && quick.deltas >= 1);
    edge.pause();
    await world.until(() => {
      edge.send({ keyframes: [1] }); // large frames fill the way sooner
      return world.counters.get('simulation.trunks_congested') === 1;
    });
    return { world, match, edge, slow, quick };
  }

  const backlog = (world: TestMatches) => world.trunks.report().find(({ edgeId }) => edgeId === 'edge-1');

  test('costs bounded memory, gets a keyframe when it reads again, and slows nobody', async (context) => {
    const { world, edge, slow, quick } = await stalled(context);
    const before = backlog(world)?.backlogBytes;
    const frames = quick.deltas;
    await world.until(() => quick.deltas >= frames + 20);
    assert.equal(quick.keyframes, 1);
    assert.equal(backlog(world)?.writable, false);
    assert.ok((backlog(world)?.backlogBytes ?? 0) <= (before ?? 0));
    assert.ok((before ?? 0) <= BACKLOG_MESSAGES_MAX * 256 * 1024);
    world.nowMs += 2_000; // not long enough to be cut
    edge.resume();
    await world.until(() => slow.view.tick > 0 && slow.view.tick === quick.view.tick && slow.deltas > 1);
    assert.deepEqual(slow.view, quick.view);
    assert.equal(slow.mismatches, 0);
    assert.equal(slow.closed, undefined);
  });

  test('is cut off when it takes nothing for long, and its seats are detached', async (context) => {
    const { world, match, edge, quick } = await stalled(context);
    world.nowMs += 5_000;
    world.pass();
    await edge.until(() => edge.ended !== undefined); // it noticed, without reading
    assert.equal(backlog(world), undefined);
    assert.equal(match.seating.seats[0]?.state.kind, 'detached');
    assert.equal(match.seating.seats[1]?.state.kind, 'attached');
    assert.equal(world.counters.get('simulation.trunks_cut'), 1);
    const frames = quick.deltas;
    await world.until(() => quick.deltas > frames);
    assert.equal(world.orphans(), 0);
  });

  test('is cut off when it ends its side, with all that it did not read', async (context) => {
    const { world, match, edge } = await stalled(context);
    edge.halfClose();
    await world.settle(() => backlog(world) === undefined);
    await edge.until(() => edge.ended !== undefined);
    assert.notEqual(edge.ended?.code, status.OK);
    assert.equal(match.seating.seats[0]?.state.kind, 'detached');
  });

  test('is cut off when it breaks the protocol: it would not hear why', async (context) => {
    const { match, edge } = await stalled(context);
    edge.send({ attaches: [{ channel: 0, matchId: 'm', playerId: 'p', sessionEpoch: 1 }] });
    await edge.until(() => edge.ended !== undefined); // it noticed, without reading
    assert.notEqual(edge.ended?.code, status.INVALID_ARGUMENT);
    assert.equal(match.seating.seats[0]?.state.kind, 'detached');
  });

  test('is cut off when answers pile up', async (context) => {
    const { world, edge } = await stalled(context);
    const attach = (channel: number) => ({ channel, matchId: 'm-nowhere', playerId: 'p', sessionEpoch: 1 });
    let channel = 10;
    await world.settle(() => {
      edge.send({ attaches: Array.from({ length: 1_000 }, () => attach(channel++)) });
      return backlog(world) === undefined;
    });
    assert.equal(world.counters.get('simulation.trunks_cut'), 1);
  });
});
