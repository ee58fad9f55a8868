import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import {
  type SessionEvent,
  SessionEvent_Kind,
  SessionServiceDefinition,
} from '@clew/protocol/clew/session/v1/session.ts';
import { Closed_Reason } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import { controlClients, streamChannel } from '@clew/service-kit/control-client';
import { SessionWatch } from './session-watch.ts';
import { FakeSessions } from './testing/fake-peers.ts';
import { player, TestMatches } from './testing/test-matches.ts';

async function watching(context: TestContext, openMs = 5_000, mute = false) {
  const world = await TestMatches.open(context);
  const sessions = await new FakeSessions().open();
  sessions.mute = mute;
  const channel = streamChannel([sessions.address]);
  const { matches, counters, log } = world;
  const client = controlClients.create(SessionServiceDefinition, channel);
  const watch = new SessionWatch({ sessions: client, matches, counters, log, openMs });
  const stop = new AbortController();
  const done = watch.run(stop.signal);
  context.after(async () => {
    stop.abort();
    await done;
    channel.close();
    sessions.close();
  });
  const events = () => counters.get('simulation.session_events');
  return { world, sessions, events };
}

const over = (number: number, epoch: number, kind: SessionEvent['kind'], matchId = 'm-1'): SessionEvent => ({
  playerId: player(number).playerId,
  epoch,
  kind,
  matchId,
  reason: '',
});

suite('the session watch', () => {
  test('frees the seats of sessions that are over, however they ended, and tells their channels', async (context) => {
    const { world, sessions } = await watching(context);
    const match = world.match(4);
    const seated = await world.attach(world.edge('edge-1'), 1, match.id, 1);
    await sessions.notice.until(() => sessions.cursors.length === 1);
    sessions.tell(
      over(1, 1, SessionEvent_Kind.KIND_ENDED),
      over(2, 1, SessionEvent_Kind.KIND_EXPIRED),
      over(3, 1, SessionEvent_Kind.KIND_KICKED),
    );
    await world.settle(() => match.seating.taken === 1);
    assert.equal(match.seating.seatOf(player(4).playerId)?.state.kind, 'reserved');
    await world.settle(() => seated.closed !== undefined);
    assert.equal(seated.closed, Closed_Reason.REASON_SEAT_UNKNOWN);
    assert.equal(world.orphans(), 0);
  });

  test('lets be what does not end the session that holds the seat', async (context) => {
    const { world, sessions, events } = await watching(context);
    const match = world.matches.create('m-1', 1, [player(1, 7)]);
    sessions.tell(
      over(1, 6, SessionEvent_Kind.KIND_ENDED), // an older session
      over(1, 9, SessionEvent_Kind.KIND_DETACHED),
      over(1, 9, SessionEvent_Kind.KIND_REPLACED),
      over(1, 9, SessionEvent_Kind.KIND_ENDED, 'm-2'),
      over(2, 9, SessionEvent_Kind.KIND_ENDED),
    );
    await world.settle(() => events() === 5);
    assert.equal(match.seating.taken, 1);
  });

  test('goes on where it was when its stream breaks', async (context) => {
    const { world, sessions, events } = await watching(context);
    const match = world.match(2);
    await sessions.notice.until(() => sessions.cursors.length === 1);
    sessions.tell(over(1, 1, SessionEvent_Kind.KIND_ENDED));
    await world.settle(() => events() === 1);
    sessions.breakWatches();
    sessions.tell(over(2, 1, SessionEvent_Kind.KIND_ENDED));
    await world.settle(() => match.seating.taken === 0);
    assert.deepEqual(sessions.cursors, ['', '1']);
  });

  test('keeps a stream that began for longer than it may take to begin', async (context) => {
    const openMs = 500;
    const { sessions, events, world } = await watching(context, openMs);
    sessions.tell(over(1, 1, SessionEvent_Kind.KIND_DETACHED));
    await world.settle(() => events() > 0);
    const opened = sessions.cursors.length;
    let told = events();
    for (const endMs = performance.now() + 2 * openMs; performance.now() < endMs; ) {
      sessions.tell(over(1, 1, SessionEvent_Kind.KIND_DETACHED));
      told += 1;
      await world.settle(() => events() >= told);
    }
    assert.equal(sessions.cursors.length, opened);
  });

  test('leaves no timer of a stream that never began', async (context) => {
    const world = await TestMatches.open(context);
    const sessions = await new FakeSessions().open();
    sessions.close(); // nobody is there
    const channel = streamChannel([sessions.address]);
    const real = controlClients.create(SessionServiceDefinition, channel);
    let opened = 0;
    const client: typeof real = {
      ...real,
      watchSessions: (...args) => {
        opened += 1;
        return real.watchSessions(...args);
      },
    };
    const { matches, counters, log } = world;
    const watch = new SessionWatch({ sessions: client, matches, counters, log, openMs: 600_000 });
    const stop = new AbortController();
    const done = watch.run(stop.signal);
    await world.settle(() => opened === 2);
    stop.abort();
    await done;
    channel.close();
    assert.ok(opened >= 2);
    // A timer that was left would keep this process from ending.
  });

  test('gives a stream up that does not begin', async (context) => {
    const { sessions } = await watching(context, 50, true);
    await sessions.notice.until(() => sessions.cursors.length === 2);
  });
});
