import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ClewClient } from './client.ts';
import { FakeEdge } from './fakes/fake-edge.ts';
import { MatchHost } from './fakes/match-host.ts';
import { until } from './fakes/until.ts';
import { socketTransport } from './fetch-transport.ts';
import { nodeSocketTransport } from './node.ts';
import type { Transport } from './transport.ts';

const quick = { backoffMs: 10, backoffMsMax: 40 };
const transports = [
  ['the browser’s WebSocket', socketTransport],
  ['ws', nodeSocketTransport],
] as const;

async function setUp(t: TestContext, transport: Transport) {
  const edge = await new FakeEdge().listen();
  const newClient = () => new ClewClient({ edge: edge.own.webUrl, transport, limits: quick });
  const clients = [newClient(), newClient()] as const;
  t.after(async () => {
    for (const client of clients) client.close();
    await edge.stop();
  });
  return { edge, clients };
}

/** Whether the newest stream is a Play: nobody ever steers beside it. */
async function steersByStream(edge: FakeEdge, client: ClewClient): Promise<boolean> {
  const steers = edge.count('Steer');
  edge.tell(edge.stream, { $case: 'seated', value: { matchId: 'm-1', seat: 0 } });
  edge.write(edge.stream, new MatchHost({ seed: 1 }).keyframe());
  await until('it sits', () => client.match?.view !== undefined);
  client.match?.setHands({ forward: 127, strafe: 0, heading: 0, buttons: 0 });
  await until('the hands are told', () => edge.stream.inputs.length > 0);
  return edge.count('Steer') === steers;
}

for (const [name, open] of transports) {
  test(`${name}: carries the whole stream, inputs too`, async (t) => {
    const { edge, clients } = await setUp(t, open());
    await clients[0].signIn({ displayName: 'Ariadne' });
    assert.equal(await steersByStream(edge, clients[0]), true);
  });

  test(`${name}: its opening belongs to the trace of the join`, async (t) => {
    const { edge, clients } = await setUp(t, open());
    await clients[0].signIn({ displayName: 'Ariadne' });
    assert.match(edge.stream.traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });

  test(`${name}: where it is refused, a Watch takes its place, for all who come later too`, async (t) => {
    const { edge, clients } = await setUp(t, open());
    edge.web.upgrades = 'refused';
    await clients[0].signIn({ displayName: 'Ariadne' });
    assert.equal(await steersByStream(edge, clients[0]), false);
    assert.equal(clients[0].stats.disconnects, 0);
    edge.web.upgrades = 'accepted';
    await clients[1].signIn({ displayName: 'Theseus' });
    assert.equal(await steersByStream(edge, clients[1]), false);
  });

  test(`${name}: where it is swallowed, a Watch takes its place`, async (t) => {
    const { edge, clients } = await setUp(t, open());
    edge.web.upgrades = 'swallowed';
    await clients[0].signIn({ displayName: 'Ariadne' });
    assert.equal(await steersByStream(edge, clients[0]), false);
    clients[0].close();
    await until('nothing is open', () => edge.openStreams === 0 && edge.sockets === 0);
  });

  test(`${name}: an edge that was away is not taken for one without WebSockets`, async (t) => {
    const { edge, clients } = await setUp(t, open());
    await clients[0].signIn({ displayName: 'Ariadne' });
    edge.stream.cut();
    await until('it is back', () => edge.streams.length === 2 && edge.openStreams === 1);
    await until('it stands', () => clients[0].state.kind === 'lobby');
    assert.equal(await steersByStream(edge, clients[0]), true);
  });
}
