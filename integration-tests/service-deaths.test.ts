import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { DOORS, TestPlayer } from './player.ts';
import { longMatch } from './rules.ts';
import { stackForFile } from './stack.ts';

const stack = stackForFile({ env: longMatch });

let players: TestPlayer[] = [];
afterEach(async () => {
  await Promise.all(players.map(({ client }) => client.leave()));
  for (const player of players) player.vanish();
  players = [];
});

async function playersOfAllDoors(): Promise<TestPlayer[]> {
  players = DOORS.map((door) => new TestPlayer(stack(), { door }));
  await Promise.all(players.map((player) => player.play()));
  return players;
}

for (const kind of ['session', 'matchmaking'] as const) {
  test(`${kind} is killed and restarted: nobody in a match notices, and one can join afterwards`, async () => {
    await playersOfAllDoors();
    const service = stack().of(kind)[0]!;
    await service.stop('SIGKILL');
    await Promise.all(players.map((player) => player.sees(60)));
    await service.start();
    await Promise.all(players.map((player) => player.sees(40)));
    for (const { client, lost } of players) {
      assert.equal(client.stats.disconnects, 0);
      assert.deepEqual(lost, []);
    }
    using late = new TestPlayer(stack());
    await late.play();
    await late.client.leave();
  });
}

test('the simulation is killed: the match is lost, the session kept, and the player sits in the next match', async () => {
  await playersOfAllDoors();
  const lost = players[0]!.client.match!.matchId;
  const ids = players.map(({ id }) => id);
  const simulation = stack().of('simulation')[0]!;
  await simulation.stop('SIGKILL');
  for (const player of players) await player.is('queued');
  for (const player of players) assert.deepEqual(player.lost, [lost]);
  await simulation.start();
  for (const player of players) assert.notEqual(await player.seated(), lost);
  assert.deepEqual(
    players.map(({ id }) => id),
    ids,
  );
  for (const { client } of players) assert.equal(client.stats.disconnects, 0, 'the stream stayed open');
});

test('the edge is killed and restarted: players come back into their seats by themselves', async () => {
  await playersOfAllDoors();
  const seats = players.map(({ client }) => [client.match!.matchId, client.match!.seat]);
  await stack().edges[0]!.stop('SIGKILL');
  for (const player of players) await player.is('reconnecting');
  await stack().edges[0]!.start();
  for (const player of players) await player.seated();
  await Promise.all(players.map((player) => player.sees(20)));
  assert.deepEqual(
    players.map(({ client }) => [client.match!.matchId, client.match!.seat]),
    seats,
  );
});

test('the edge is restarted gracefully: players come back into their seats by themselves', async () => {
  await playersOfAllDoors();
  const seats = players.map(({ client }) => [client.match!.matchId, client.match!.seat]);
  await stack().edges[0]!.restart();
  for (const player of players) await player.seated();
  await Promise.all(players.map((player) => player.sees(20)));
  assert.deepEqual(
    players.map(({ client }) => [client.match!.matchId, client.match!.seat]),
    seats,
  );
});
