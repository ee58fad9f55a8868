import type { Bench } from '../area.ts';
import { runLoad } from '../load-run.ts';
import { Profiles } from '../profile/profiles.ts';
import { endlessRooms, startClew } from '../servers/clew-server.ts';
import { startTrunkLoad } from '../trunk/trunk-load.ts';
import { labyrinthTerms } from './labyrinth.ts';

const ROOM = 8;
const PLAYERS = 504;
const WARM_UP_SECONDS = 6;
const SECONDS = 20;

/**
 * Where the time goes, of edge and simulation with rooms of eight over WebSocket, and of a simulation with a thousand in one
 * maze. A process that is profiled is slower than one that is not: no figures come of this.
 */
export async function profileSimulation(bench: Bench, folder: string): Promise<void> {
  await profileRooms(bench, folder);
  await profileLabyrinth(bench, folder);
}

async function profileRooms(bench: Bench, folder: string): Promise<void> {
  const profiles = new Profiles(folder, 'rooms', ['simulation', 'edge']);
  const rooms = endlessRooms(ROOM);
  const env = (name: string) => ({ ...rooms, ...profiles.env(name) });
  const options = { redisUrl: await bench.redis(), env, nodeArgs: profiles.nodeArgs, signal: bench.stop };
  bench.say(`${PLAYERS} players in rooms of ${ROOM} come in over WebSocket …`);
  await using server = await startClew(options, 'web');
  const onMeasuring = () => {
    bench.say(`profiling edge and simulation for ${SECONDS} s …`);
    profiles.begin(server.stack);
  };
  const terms = { side: 'ws', players: PLAYERS, warmUp: WARM_UP_SECONDS, seconds: SECONDS, onMeasuring };
  await runLoad(server, terms, bench.stop);
  const about = `${PLAYERS} players in rooms of ${ROOM}, over WebSocket, ${SECONDS} s`;
  for (const path of await profiles.end(server.stack, about)) bench.say(path);
}

async function profileLabyrinth(bench: Bench, folder: string): Promise<void> {
  const profiles = new Profiles(folder, 'labyrinth', ['simulation']);
  const { players, env } = labyrinthTerms;
  bench.say(`${players} players come into one maze …`);
  const probed = { ...env, ...profiles.env('simulation-1') };
  await using load = await startTrunkLoad(bench, { ...labyrinthTerms, env: probed, nodeArgs: profiles.nodeArgs });
  await load.play(WARM_UP_SECONDS);
  bench.say(`profiling the simulation for ${SECONDS} s …`);
  profiles.begin(load.server.stack);
  await load.play(SECONDS);
  const about = `${players} players in one maze, over the trunk, ${SECONDS} s`;
  for (const path of await profiles.end(load.server.stack, about)) bench.say(path);
}
