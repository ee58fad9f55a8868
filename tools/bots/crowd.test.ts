import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Status } from '@clew/client';
import { grpcTransport } from '@clew/client/node';
import { Refusal } from '../../packages/client/src/fakes/door-host.ts';
import { FakeEdge } from '../../packages/client/src/fakes/fake-edge.ts';
import { MatchHost } from '../../packages/client/src/fakes/match-host.ts';
import { until } from '../../packages/client/src/fakes/until.ts';
import { Crowd } from './crowd.ts';
import { playFor } from './play-for.ts';

async function setUp(t: TestContext, players: number) {
  const edge = await new FakeEdge().listen();
  const crowd = new Crowd({
    ...{ players, edge: edge.own.grpcAddress, transport: grpcTransport(), name: 'Bot' },
    now: () => performance.now(),
  });
  t.after(async () => {
    await crowd.leave();
    await edge.stop();
  });
  return { edge, crowd };
}

/** Gives everybody who asks for a match a seat in one. */
function seatAll(edge: FakeEdge): void {
  edge.answers.FindMatch = (_request, token) => {
    const stream = edge.streams.find((entry) => entry.token === token && entry.isOpen);
    if (stream !== undefined) {
      edge.tell(stream, { $case: 'seated', value: { matchId: 'm-1', seat: 0 } });
      edge.write(stream, new MatchHost({ seed: 1 }).keyframe());
    }
    return { ticketId: 't-1', matchId: '' };
  };
}

test('all sign in, each under a name of its own, no more than eight at once, and take their seats', async (t) => {
  const { edge, crowd } = await setUp(t, 30);
  seatAll(edge);
  let underWay = 0;
  let most = 0;
  const signIn = edge.answers.SignIn;
  edge.answers.SignIn = async (request) => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise((resolve) => setImmediate(resolve));
    underWay -= 1;
    return signIn(request);
  };
  await crowd.gather(new AbortController().signal);
  await until('everybody sits', () => crowd.isComplete);
  // A seat is told first, the match that it is in is seen by the frame after it.
  await until('everybody sees the match', () => crowd.matches().some(({ players }) => players === 30));
  assert.ok(most <= 8, `${most} at once`);
  const names = edge.asked
    .filter(({ method }) => method === 'SignIn')
    .map(({ request }) => request as { displayName: string });
  assert.equal(new Set(names.map(({ displayName }) => displayName)).size, 30);
  assert.equal(crowd.figures().joined, 30);
  assert.deepEqual(
    crowd.matches().map(({ matchId, players, level }) => [matchId, players, level]),
    [['m-1', 30, '1/5']],
  );
});

test('when the first is not let in, nobody tries', async (t) => {
  const { edge, crowd } = await setUp(t, 30);
  edge.answers.SignIn = () => {
    throw new Refusal(Status.PERMISSION_DENIED, 'CLOSED_DOORS');
  };
  await assert.rejects(crowd.gather(new AbortController().signal), { reason: 'CLOSED_DOORS' });
  assert.equal(edge.count('SignIn'), 1);
});

test('who is refused later is counted and tries again', async (t) => {
  const { edge, crowd } = await setUp(t, 2);
  const signIn = edge.answers.SignIn;
  edge.answers.SignIn = (request) => {
    if (edge.count('SignIn') === 2) throw new Refusal(Status.PERMISSION_DENIED, 'NOT_NOW');
    return signIn(request);
  };
  await crowd.gather(new AbortController().signal);
  assert.deepEqual(crowd.figures().failures, { NOT_NOW: 1 });
  await until('the second is in', () => edge.openStreams === 2);
});

test('whose match ended finds the next one', async (t) => {
  const { edge, crowd } = await setUp(t, 1);
  seatAll(edge);
  await crowd.gather(new AbortController().signal);
  await until('seated', () => crowd.isComplete);
  edge.tell(edge.stream, { $case: 'matchEnded', value: { matchId: 'm-1' } });
  await until('asked again', () => edge.count('FindMatch') === 2 && crowd.isComplete);
  assert.equal(crowd.figures().stats.matchesFinished, 1);
});

test('stopped, all leave, and the figures so far are told', async (t) => {
  const { edge, crowd } = await setUp(t, 12);
  seatAll(edge);
  const stop = new AbortController();
  const playing = playFor(
    crowd,
    { seconds: 0, warmUp: 0 },
    { stop: stop.signal, show: () => undefined, showEveryMs: 50 },
  );
  await until('everybody sits', () => crowd.isComplete);
  stop.abort();
  const figures = await playing;
  assert.equal(figures.joined, 12);
  assert.equal(edge.count('Leave'), 12);
  await until('nothing is open', () => edge.openStreams === 0 && edge.sockets === 0);
});

test('figures begin when all have a seat and the warm-up is over', async (t) => {
  const { edge, crowd } = await setUp(t, 3);
  seatAll(edge);
  const startedMs = performance.now();
  const figures = await playFor(
    crowd,
    { seconds: 0.1, warmUp: 0.5 },
    { stop: new AbortController().signal, show: () => undefined, showEveryMs: 1_000 },
  );
  assert.equal(figures.stats.frames, 0, 'the keyframes came before');
  const passedSeconds = (performance.now() - startedMs) / 1_000;
  assert.ok(figures.seconds < passedSeconds - 0.49, 'the warm-up does not count');
});
