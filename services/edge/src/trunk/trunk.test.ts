import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { suite, test } from 'node:test';
import { Input } from '@clew/protocol/clew/play/v1/frame.ts';
import { Closed_Reason, TrunkResponse, TrunkServiceDefinition } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import { BidiServer } from '@clew/service-kit/bidi/server';
import { Collections } from '@clew/service-kit/collections';
import { grpcDefinition } from '@clew/service-kit/grpc-definition';
import { Relay } from '@clew/service-kit/testing/relay';
import { FakeSimulation } from '../testing/fake-simulation.ts';
import { until } from '../testing/until.ts';
import type { ChannelListener } from './channel.ts';
import { Journals } from './journals.ts';
import type { ChannelFrame } from './sights.ts';
import { Trunk } from './trunk.ts';
import { Trunks, type TrunksOptions } from './trunks.ts';

const seat = (playerId: string, matchId = 'm-1') => ({ matchId, playerId, sessionEpoch: 1 });

const options = { edgeId: 'edge-1', flushMs: 1, silenceMs: 1_000, tickMs: 50 };

function openTrunks(more: Partial<TrunksOptions> = {}) {
  const collections = new Collections();
  const trunks = new Trunks({ ...options, channelsMax: 100, collections, ...more });
  const sizes = () => collections.report().map(({ size }) => size);
  return { trunks, sizes, collections };
}

/** Hears everything. */
class Ears implements ChannelListener {
  seat: number | undefined;
  readonly frames: ChannelFrame[] = [];
  /** Whether there was something for this seat alone in each of them. */
  readonly own: boolean[] = [];
  closedBy: number | undefined;
  isBroken = false;

  attached(seat: number): void {
    this.seat = seat;
  }
  frame(frame: ChannelFrame, own: Uint8Array | undefined): void {
    this.frames.push(frame);
    this.own.push(own !== undefined);
  }
  closed(reason: number): void {
    this.closedBy = reason;
  }
  broken(): void {
    this.isBroken = true;
  }
}

/** A seat at a simulation, over a trunk of its own. */
async function seated(simulation: FakeSimulation, more: Partial<TrunksOptions> = {}) {
  const opened = openTrunks(more);
  const ears = new Ears();
  const channel = opened.trunks.attach(simulation.address, seat('a'), ears);
  await until('it sits', () => ears.seat !== undefined);
  return { ...opened, ears, channel };
}

suite('a trunk', () => {
  test('tells a seat of a divided match what it sees, and nothing once it is gone', async () => {
    await using simulation = await FakeSimulation.open();
    const { trunks } = openTrunks();
    using _ = trunks;
    const [one, two] = [new Ears(), new Ears()];
    trunks.attach(simulation.address, seat('a'), one);
    const second = trunks.attach(simulation.address, seat('b'), two);
    await until('both sit', () => one.seat !== undefined && two.seat !== undefined);
    const channels = [simulation.channelOf('a')!, simulation.channelOf('b')!];
    simulation.frame('m-1', 1, { sights: [{ channels, regions: [3] }] });
    simulation.frame('m-1', 2);
    await until('both hear', () => one.frames.length === 2 && two.frames.length === 2);
    second.detach(false);
    simulation.frame('m-1', 3);
    await until('one hears', () => one.frames.length === 3);
    assert.equal(two.frames.length, 2);
  });

  test('keeps what came in a match, and after it broke for whoever plays the match on', async () => {
    await using simulation = await FakeSimulation.open();
    const { trunks, sizes, ears } = await seated(simulation, { silenceMs: 1_000 });
    using _ = trunks;
    const records = [Uint8Array.of(1), Uint8Array.of(2, 2), Uint8Array.of(3)];
    for (const [index, journal] of records.entries()) simulation.frame('m-1', 7 + index, { journal });
    await until('the frames are there', () => ears.frames.length === records.length);
    simulation.silent = true;
    await until('it is broken', () => ears.isBroken);
    assert.deepEqual(trunks.journals.of('m-1')?.records(), records);
    assert.deepEqual(sizes(), [0, 0, 1]);
  });

  test('keeps what came in a match no longer than somebody may ask for it', async () => {
    await using simulation = await FakeSimulation.open();
    const { trunks, sizes, ears } = await seated(simulation, { silenceMs: 1_000, journalsKeptMs: 50 });
    using _ = trunks;
    simulation.silent = true;
    await until('it is broken', () => ears.isBroken);
    await until('nothing is left', () => sizes().every((size) => size === 0));
  });

  test('keeps nothing of a match that its players left', async () => {
    await using simulation = await FakeSimulation.open();
    const { trunks, sizes, ears, channel } = await seated(simulation);
    using _ = trunks;
    simulation.frame('m-1', 1, { journal: Uint8Array.of(1) });
    await until('the frame is there', () => ears.frames.length === 1);
    assert.deepEqual(sizes(), [1, 1, 1]);
    channel.detach(true);
    assert.equal(trunks.journals.of('m-1'), undefined);
  });

  test('tells what is for one seat alone to that seat, and once', async () => {
    await using simulation = await FakeSimulation.open();
    const { trunks } = openTrunks();
    using _ = trunks;
    const [one, two] = [new Ears(), new Ears()];
    trunks.attach(simulation.address, seat('a'), one);
    trunks.attach(simulation.address, seat('b'), two);
    await until('both sit', () => one.seat !== undefined && two.seat !== undefined);
    simulation.frame('m-1', 1, { own: [simulation.channelOf('a')!] });
    simulation.frame('m-1', 2);
    await until('both hear', () => one.frames.length === 2 && two.frames.length === 2);
    assert.deepEqual(
      [one.own, two.own],
      [
        [true, false],
        [false, false],
      ],
    );
  });

  test('is shared by all channels to one simulation, and gone with the last', async () => {
    await using simulation = await FakeSimulation.open();
    const { trunks, sizes } = openTrunks({ silenceMs: 60_000 }); // T1: it goes by its good-bye, not by silence
    using _ = trunks;
    const [one, two] = [new Ears(), new Ears()];
    const first = trunks.attach(simulation.address, seat('a'), one);
    const second = trunks.attach(simulation.address, seat('b', 'm-2'), two);
    await until('both sit', () => one.seat !== undefined && two.seat !== undefined);
    assert.equal(simulation.trunks.size, 1);
    assert.deepEqual(sizes(), [1, 2, 2]);
    first.detach(false);
    second.detach(true);
    await until('the simulation hears both', () => simulation.detaches.length === 2);
    assert.deepEqual(
      simulation.detaches.map(({ leave }) => leave),
      [false, true],
    );
    await until('nothing is left', () => simulation.trunks.size === 0 && sizes().every((size) => size === 0));
    assert.equal(one.isBroken || two.isBroken, false, 'who left hears nothing more');
  });

  test('gathers what many channels say into few messages', async () => {
    await using simulation = await FakeSimulation.open();
    const { trunks } = openTrunks({ flushMs: 20 });
    using _ = trunks;
    const ears = Array.from({ length: 50 }, () => new Ears());
    const channels = ears.map((each, index) => trunks.attach(simulation.address, seat(`p${index}`), each));
    await until('all sit', () => ears.every((each) => each.seat !== undefined));
    const before = simulation.requests;
    for (const channel of channels) channel.steer([Input.fromPartial({ sequence: 1, tick: 1 })]);
    for (const channel of channels) channel.askKeyframe();
    for (const channel of channels) channel.askKeyframe();
    await until('all arrived', () => simulation.inputs.length === 50 && simulation.keyframesAsked.length === 50);
    assert.ok(simulation.requests - before <= 2, `${simulation.requests - before} messages`);
  });

  test('keeps the 32 newest inputs of a channel when it cannot send', async () => {
    await using simulation = await FakeSimulation.open();
    const { trunks } = openTrunks({ flushMs: 50 });
    using _ = trunks;
    const ears = new Ears();
    const channel = trunks.attach(simulation.address, seat('a'), ears);
    for (let sequence = 1; sequence <= 100; sequence++) channel.steer([Input.fromPartial({ sequence })]);
    await until('they arrived', () => simulation.inputs.length > 0);
    assert.deepEqual(
      simulation.inputs.map(({ sequence }) => sequence),
      Array.from({ length: 32 }, (_, index) => 69 + index),
    );
  });

  test('sends inputs right before the next tick, and tells how long it held them back', async () => {
    await using simulation = await FakeSimulation.open();
    const { trunks, ears, channel } = await seated(simulation, { tickMs: 1_000 });
    using _ = trunks;
    simulation.frame('m-1', 1);
    await until('there is a frame', () => ears.frames.length === 1);
    channel.steer([Input.fromPartial({ sequence: 1 })]);
    await until('it arrived', () => simulation.inputs.length === 1);
    assert.ok(simulation.heldMs > 100, `${simulation.heldMs} ms`);
  });

  test('holds no inputs back while something else goes up', async () => {
    await using simulation = await FakeSimulation.open();
    const { trunks, ears, channel } = await seated(simulation, { tickMs: 600_000, flushMs: 5 });
    using _ = trunks;
    simulation.frame('m-1', 1);
    await until('there is a frame', () => ears.frames.length === 1);
    channel.steer([Input.fromPartial({ sequence: 1 })]);
    for (let tick = 2; tick < 10; tick++) {
      simulation.frame('m-1', tick);
      await until('there is another one', () => ears.frames.length === tick);
    }
    assert.equal(simulation.inputs.length, 0);
    channel.askKeyframe();
    await until('it arrived', () => simulation.inputs.length === 1);
  });

  test('that is refused tells all of its channels once', async () => {
    const simulation = await FakeSimulation.open();
    const { address } = simulation;
    await simulation.stop();
    const { trunks, sizes } = openTrunks();
    using _ = trunks;
    const ears = [new Ears(), new Ears()];
    for (const each of ears) trunks.attach(address, seat('a'), each);
    await until('both hear it', () => ears.every((each) => each.isBroken));
    assert.deepEqual(sizes(), [0, 0, 0]);
  });

  test('to somebody who takes the connection and says nothing is broken by silence, and leaves no connection', {
    timeout: 10_000, // by default connecting may take 20 s
  }, async () => {
    const sockets: Socket[] = [];
    const mute = createServer((socket) => void sockets.push(socket.on('error', () => {}).resume()));
    mute.listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { trunks } = openTrunks({ silenceMs: 100 });
    using _ = trunks;
    const address = `127.0.0.1:${(mute.address() as AddressInfo).port}`;
    const [first, second] = [new Ears(), new Ears()];
    trunks.attach(address, seat('a'), first);
    await until('it is broken', () => first.isBroken);
    trunks.attach(address, seat('a'), second);
    await until('a connection of its own was tried', () => second.isBroken && sockets.length >= 2);
    await Promise.all(sockets.map((socket) => socket.closed || once(socket, 'close')));
    mute.close();
  });

  test('on which something comes that is no message is broken', async (context) => {
    const { trunk: method } = grpcDefinition(TrunkServiceDefinition);
    const garbage = Buffer.from([0, 0, 0, 0, 2, 0x0a, 0xff]); // behind a prefix, a field that is cut off
    const server = new BidiServer({
      ...{ path: method.path, messageBytesMax: 1_000, connectionsMax: 1 },
      onCall: (call) =>
        call.listen({ message: () => call.write(garbage, () => {}), ended: () => {}, closed: () => {} }),
    });
    context.after(() => server.stop(0));
    const address = `127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
    const { trunks, sizes } = openTrunks({ silenceMs: 600_000 });
    using _ = trunks;
    const ears = new Ears();
    trunks.attach(address, seat('a'), ears);
    await until('it is broken', () => ears.isBroken);
    assert.deepEqual(sizes(), [0, 0, 0]);
    await until('the connection is gone', () => server.size === 0);
  });

  test('that says good-bye to somebody who does not listen is cut', async () => {
    await using simulation = await FakeSimulation.open();
    const { trunks, sizes, channel } = await seated(simulation, { silenceMs: 1_000 });
    using _ = trunks;
    for (const call of simulation.trunks) call.removeAllListeners('end');
    channel.detach(false);
    await until('nothing is left', () => sizes().every((size) => size === 0));
  });

  test('that is closed by its edge tells all of its channels, and leaves nothing', async () => {
    await using simulation = await FakeSimulation.open();
    const { trunks, sizes } = openTrunks({ silenceMs: 60_000 });
    const ears = new Ears();
    trunks.attach(simulation.address, seat('a'), ears);
    await until('it sits', () => ears.seat !== undefined);
    trunks[Symbol.dispose]();
    assert.equal(ears.isBroken, true);
    assert.deepEqual(sizes(), [0, 0, 0]);
    await until('the simulation sees it', () => simulation.trunks.size === 0);
  });

  test('that is over leaves no connection', async () => {
    await using simulation = await FakeSimulation.open();
    await using relay = await Relay.open(simulation.address);
    const { trunks } = openTrunks();
    const ears = new Ears();
    trunks.attach(relay.address, seat('a'), ears);
    await until('it sits', () => ears.seat !== undefined);
    assert.equal(relay.near.size, 1);
    trunks[Symbol.dispose]();
    await until('it is gone', () => relay.near.size === 0);
  });

  test('that is closed holds no channel, though somebody holds it', async () => {
    await using simulation = await FakeSimulation.open();
    let closed = 0;
    const trunk = new Trunk(simulation.address, options, new Journals(new Collections(), 10), () => {
      closed += 1;
    });
    const channel = trunk.attach(seat('a'), new Ears());
    channel.steer([Input.fromPartial({ sequence: 1 })]);
    trunk.close();
    trunk.close();
    assert.deepEqual([trunk.size, trunk.steered, closed], [0, 0, 1]);
  });

  test('holds what was steered until it is sent, and a match as long as somebody is in it', async () => {
    await using simulation = await FakeSimulation.open();
    const trunk = new Trunk(
      simulation.address,
      { ...options, silenceMs: 60_000 },
      new Journals(new Collections(), 10),
      () => {},
    );
    const ears = [new Ears(), new Ears()];
    const [first] = ears.map((each, index) => trunk.attach(seat('a', `m-${index + 1}`), each));
    await until('both sit', () => ears.every((each) => each.seat !== undefined));
    assert.equal(trunk.matches, 2);
    first!.steer([Input.fromPartial({ sequence: 1 })]);
    assert.equal(trunk.steered, 1);
    await until('it arrived', () => simulation.inputs.length === 1);
    assert.equal(trunk.steered, 0);
    first!.detach(false);
    assert.equal(trunk.matches, 1);
    trunk.close();
  });

  test('says good-bye although nothing comes from the other side', async () => {
    await using simulation = await FakeSimulation.open();
    const { trunks, channel } = await seated(simulation, { silenceMs: 60_000 });
    using _ = trunks;
    simulation.silent = true;
    channel.detach(false);
    await until('it is over', () => simulation.trunks.size === 0);
  });

  test('that is broken by silence is open no more on the other side, either', async () => {
    await using simulation = await FakeSimulation.open();
    const { trunks, ears } = await seated(simulation, { silenceMs: 1_000 });
    using _ = trunks;
    simulation.silent = true;
    await until('it is broken', () => ears.isBroken);
    await until('the simulation sees it', () => simulation.trunks.size === 0);
  });

  test('whose last channel the simulation closes says good-bye at once', async () => {
    await using simulation = await FakeSimulation.open();
    const { trunks, sizes, ears } = await seated(simulation, { silenceMs: 600_000 });
    using _ = trunks;
    simulation.close('m-1', Closed_Reason.REASON_MATCH_ENDED);
    await until('it is closed', () => ears.closedBy === Closed_Reason.REASON_MATCH_ENDED);
    await until('nothing is left', () => simulation.trunks.size === 0 && sizes().every((size) => size === 0));
  });

  test('says nothing of a channel that was let go before the simulation heard of it', async () => {
    await using simulation = await FakeSimulation.open();
    const { trunks } = openTrunks({ flushMs: 20 });
    using _ = trunks;
    const stays = new Ears();
    trunks.attach(simulation.address, seat('a'), stays);
    trunks.attach(simulation.address, seat('b'), new Ears()).detach(false);
    await until('who stays sits', () => stays.seat !== undefined);
    assert.deepEqual(
      simulation.attaches.map(({ playerId }) => playerId),
      ['a'],
    );
    assert.equal(simulation.detaches.length, 0);
  });

  test('sends inputs once, and none of a channel that was let go', async () => {
    await using simulation = await FakeSimulation.open();
    const { trunks } = openTrunks({ flushMs: 20 });
    using _ = trunks;
    const ears = [new Ears(), new Ears()];
    const [stays, leaves] = ears.map((each) => trunks.attach(simulation.address, seat('a'), each));
    await until('both sit', () => ears.every((each) => each.seat !== undefined));
    for (const sequence of [1, 2]) {
      stays!.steer([Input.fromPartial({ sequence })]);
      await until('it arrived', () => simulation.inputs.length === sequence);
    }
    leaves!.steer([Input.fromPartial({ sequence: 9 })]);
    leaves!.detach(false);
    await until('the simulation hears it', () => simulation.detaches.length === 1);
    assert.deepEqual(
      simulation.inputs.map(({ sequence }) => sequence),
      [1, 2],
    );
  });

  test('hands frames to whoever is in the match now, not to who was', async () => {
    await using simulation = await FakeSimulation.open();
    const { trunks } = openTrunks();
    using _ = trunks;
    const ears = [new Ears(), new Ears(), new Ears()];
    const [stays, leaves, moves] = ears as [Ears, Ears, Ears];
    trunks.attach(simulation.address, seat('a'), stays);
    const leaving = trunks.attach(simulation.address, seat('b'), leaves);
    trunks.attach(simulation.address, seat('c'), moves);
    await until('all sit', () => ears.every((each) => each.seat !== undefined));
    leaving.detach(false);
    const moved = { channel: simulation.channelOf('c')!, matchChannel: 99, seat: 7 };
    for (const call of simulation.trunks) call.write(TrunkResponse.fromPartial({ attached: [moved] }));
    await until('one has moved', () => moves.seat === 7 && simulation.detaches.length === 1);
    simulation.frame('m-1', 1);
    await until('who stays has it', () => stays.frames.length === 1);
    assert.deepEqual([leaves.frames.length, moves.frames.length], [0, 0]);
  });

  test('hands on the bytes that came, not copies', async () => {
    await using simulation = await FakeSimulation.open();
    const { trunks } = openTrunks();
    using _ = trunks;
    const ears = [new Ears(), new Ears()];
    for (const each of ears) trunks.attach(simulation.address, seat('a'), each);
    await until('both sit', () => ears.every((each) => each.seat !== undefined));
    simulation.frame('m-1', 1, { keyframe: true });
    await until('both have it', () => ears.every((each) => each.frames.length === 1));
    const [first, second] = ears.map((each) => each.frames[0]!);
    assert.equal(first, second);
    assert.equal(first?.delta.buffer, first?.keyframe.buffer, 'views of one message');
  });
});
