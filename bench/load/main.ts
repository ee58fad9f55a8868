/**
 * The load of a bench, in a process of its own: `main.ts SIDE ADDRESS PLAYERS WARM_UP_SECONDS SECONDS [MORE…]`. Prints
 * "measuring" when everybody plays and is warm, then its report.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { grpcTransport, nodeSocketTransport, nodeWebTransport } from '@clew/client/node';
import { clewSide } from './clew-side.ts';
import { floorSide } from './floor-side.ts';
import { Load } from './load.ts';
import { mixedSide, type Reading } from './mixed-side.ts';
import type { LoadSide } from './player.ts';

const [side = '', address = '', players = '', warmUp = '', seconds = '', more = '', last = ''] = process.argv.slice(2);

const sides: Readonly<Record<string, () => LoadSide | Promise<LoadSide>>> = {
  grpc: () => clewSide(grpcTransport({ playersPerConnection: 1 }), address),
  fetch: () => clewSide(nodeWebTransport(), address),
  ws: () => clewSide(nodeSocketTransport(), address),
  mixed: () => mixedSide(clewSide(nodeSocketTransport(), address), more, last as Reading),
  floor: () => floorSide(address, Number(more)),
  colyseus: async () => {
    // Its SDK takes the system's WebSocket where there is one, which costs the load more than `ws`.
    Reflect.deleteProperty(globalThis, 'WebSocket');
    const { colyseusSide } = await import(new URL('../peers/colyseus/side.ts', import.meta.url).href);
    return colyseusSide(address);
  },
};

const open = sides[side];
if (open === undefined) throw new Error(`no side ${side}`);
const load = new Load(await open());
await load.gather(Number(players));
void load.play();
await wait(Number(warmUp) * 1_000);
console.log('measuring');
// Nobody says good-bye: the server is thrown away.
process.stdout.write(`${JSON.stringify(await load.measure(Number(seconds)))}\n`, () => process.exit());
