/** `npm run bots`: players from outside, for load and for company. */
import { grpcTransport, nodeSocketTransport, nodeWebTransport } from '@clew/client/node';
import { createLogUpdate } from 'log-update';
import { RoughLine } from '../line/rough-line.ts';
import { stopRequest } from '../start/stop-request.ts';
import { Crowd } from './crowd.ts';
import { jsonOf, lineFor } from './figures.ts';
import { type BotsFlags, isRough, parseFlags } from './flags.ts';
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
  await using line = isRough(flags) ? await openLine(flags) : undefined;
  const given = transports[flags.transport]();
  // Behind a line of their own players stay with its edge: other addresses would lead around it.
  const transport = line === undefined ? given : { ...given, addressOf: () => undefined };
  const edge = line === undefined ? flags.edge : flags.transport === 'grpc' ? line.address : `http://${line.address}`;
  const crowd = new Crowd({ ...flags, edge, transport, now: () => performance.now() });
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

function openLine({ edge, latency: latencyMs, jitter: jitterMs, stall: stallMs }: BotsFlags): Promise<RoughLine> {
  const { hostname, port } = new URL(edge.includes('://') ? edge : `http://${edge}`);
  return RoughLine.open(hostname, Number(port === '' ? 80 : port), { latencyMs, jitterMs, stallMs });
}

function fail(message: string): never {
  process.stderr.write(`npm run bots: ${message}\n`);
  process.exit(1);
}
