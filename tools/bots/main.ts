/** `npm run bots`: players from outside, for load and for company. */
import { grpcTransport, nodeSocketTransport, nodeWebTransport } from '@clew/client/node';
import { createLogUpdate } from 'log-update';
import { stopRequest } from '../start/stop-request.ts';
import { Crowd } from './crowd.ts';
import { jsonOf, lineFor } from './figures.ts';
import { type BotsFlags, parseFlags } from './flags.ts';
import { figuresTable, liveTable } from './live-table.ts';
import { playFor } from './play-for.ts';

const transports = { grpc: () => grpcTransport(), web: nodeWebTransport, ws: nodeSocketTransport };

const parsed = parseFlags(process.argv.slice(2));
if (parsed.kind === 'help') {
  process.stdout.write(parsed.text);
} else if (parsed.kind === 'fault') {
  fail(parsed.message);
} else {
  const { edge } = parsed.flags;
  await run(parsed.flags).catch((error) => {
    fail(error.reason === 'UNREACHABLE' ? `no edge answers at ${edge} (npm start starts one)` : error.message);
  });
  process.exit();
}

async function run(flags: BotsFlags): Promise<void> {
  const stop = stopRequest(process, () => process.exit(1));
  const transport = transports[flags.transport]();
  const crowd = new Crowd({ ...flags, transport, now: () => performance.now() });
  const isLive = process.stdout.isTTY && !flags.json;
  const screen = createLogUpdate(process.stdout);
  const show = () => {
    if (!crowd.hasBegun) return;
    if (isLive) screen(liveTable(crowd.figures(), crowd.matches()));
    else if (!flags.json) console.log(lineFor(crowd.figures()));
  };
  const figures = await playFor(crowd, flags, { stop, show, showEveryMs: isLive ? 500 : 5_000 });
  screen.clear();
  console.log(flags.json ? jsonOf(figures, flags.transport) : figuresTable(figures));
}

function fail(message: string): never {
  process.stderr.write(`npm run bots: ${message}\n`);
  process.exit(1);
}
