import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { TicketStatus_State as State } from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import { RedisProcesses } from '@clew/service-kit/testing/redis-processes';
import { ClientError, Status } from 'nice-grpc';
import { FakeSessions } from './testing/fake-sessions.ts';
import { FakeSimulation } from './testing/fake-simulation.ts';
import { eventually, Instance } from './testing/instance.ts';
import { member } from './testing/test-redis.ts';

/** The same code on a Cluster and behind Sentinel: what the other tests show on one server, from end to end. */
const processes = await RedisProcesses.open();
after(() => processes[Symbol.asyncDispose]());

const urls = {
  'on a cluster': async () => (await processes.cluster()).url,
  'behind sentinel': async () => (await processes.sentinel()).url,
};

for (const [where, open] of Object.entries(urls)) {
  test(`tickets become matches, and are cancelled ${where}`, { timeout: 90_000 }, async () => {
    const env = { REDIS_URL: await open() };
    await using sessions = await FakeSessions.open();
    await using simulation = await FakeSimulation.open('s1');
    await using instance = await Instance.start(sessions, env);
    const { client } = instance;
    const failed = await instance.count('turns_failed'); // before it reached Redis

    // Nobody can play yet: one waits, one leaves.
    const [stays, leaves] = [await instance.create(1, 2), await instance.create(3)];
    assert.equal((await instance.status(stays)).state, State.STATE_WAITING);
    assert.deepEqual(await client.cancelTicket({ ticketId: leaves }), { cancelled: true });
    assert.equal((await instance.status(leaves)).state, State.STATE_GONE);

    {
      await using registration = simulation.register(instance.port);
      await registration.heard();
      const match = await instance.assigned(stays);
      assert.equal(sessions.pointers.get(member(1).playerId), match.matchId);
      assert.deepEqual((await client.getMatch({ matchId: match.matchId })).match, match);

      // Somebody drops in, on as many matches as it takes to be on every node.
      await registration.say({ matches: 1, openMatches: [{ matchId: match.matchId, seats: 7 }] });
      assert.deepEqual(await instance.assigned(await instance.create(4)), match);
      await registration.say({ matches: 1, openMatches: [] });
      const more = await Promise.all(
        Array.from({ length: 12 }, async (_, n) => instance.assigned(await instance.create(10 + n))),
      );
      for (const { matchId } of more) assert.equal((await client.getMatch({ matchId })).match?.matchId, matchId);
    }
    await eventually(async () => (await instance.statusz()).director.simulations === 0);
    await assert.rejects(
      client.getMatch({ matchId: `m-${'a'.repeat(16)}` }),
      (error) => error instanceof ClientError && [Status.NOT_FOUND, Status.UNAVAILABLE].includes(error.code),
    );
    assert.equal(await instance.count('turns_failed'), failed);
  });
}
