/** `npm start`, from where TypeScript runs: a Redis, a stack, bots; then wait, and stop everything in order, Redis last. */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { colors } from '../colors.ts';
import { RoughLine } from '../line/rough-line.ts';
import { node, root, runScript, SetupFault, toolEnvironment } from '../setup.mjs';
import { helpText, parseFlags, type StartFlags } from './flags.mjs';
import { freePorts, isFree } from './ports.ts';
import { findRedis } from './redis-server.ts';
import { type Stack, startStack } from './stack.ts';
import { leaveStackNote, stackNotePath } from './stack-note.ts';
import { stopRequest } from './stop-request.ts';
import { SupervisedProcess } from './supervised-process.ts';
import { Terminal } from './terminal.ts';

const terminal = new Terminal((line) => console.log(line));
const died = (name: string, how: string, restartMs: number) =>
  terminal.say(colors.yellow(`${name} died (${how}); starting it again in ${restartMs / 1000} s`));

async function start(flags: StartFlags, stop: AbortSignal): Promise<void> {
  await using running = new AsyncDisposableStack();
  const redis = await findRedis({
    env: toolEnvironment(),
    folder: join(root, '.clew', `redis-${flags.port}`),
    say: (line) => terminal.say(line),
    observer: { line: (line) => terminal.log('redis', line), died: (how, ms) => died('redis', how, ms) },
    signal: stop,
  });
  running.defer(() => redis.stop());
  terminal.say(`Redis: ${redis.origin}`);

  // Both start at once: services get ready without a Redis, and theirs is there long before they ask for it.
  const noRedis = new AbortController();
  redis.answers.catch((error) => noRedis.abort(error));
  const webDoors = await openLines(flags, running);
  const opsToken = process.env.CLEW_OPS_TOKEN || randomBytes(24).toString('base64url');
  const stack = running.use(
    await startStack({
      redisUrl: redis.url,
      counts: { simulation: flags.simulations, edge: flags.edges },
      webPort: flags.port,
      ...(webDoors === undefined ? {} : { webDoors }),
      env: { CLEW_OPS_TOKEN: opsToken },
      onLog: (name, line) => terminal.log(name, line),
      onDeath: died,
      signal: AbortSignal.any([stop, noRedis.signal]),
    }),
  );
  await redis.answers;
  if (flags.bots > 0) {
    const bots = startBots(flags.bots, stack);
    running.defer(() => bots.stop());
  }
  const opsUrls = stack.services.map(({ opsUrl }) => opsUrl);
  running.use(leaveStackNote(stackNotePath(root, flags.port), { opsUrls, opsToken }));
  announce(stack, flags.port);
  if (!stop.aborted) await once(stop, 'abort');
  terminal.say('stopping … (again to stop at once)');
}

/**
 * A bad network between browsers and edges, where one is asked for: a line on each web port. Returns where edges are to listen
 * behind it.
 */
async function openLines(flags: StartFlags, running: AsyncDisposableStack): Promise<number[] | undefined> {
  const { latency: latencyMs, jitter: jitterMs, stall: stallMs, port, edges } = flags;
  if (latencyMs + jitterMs + stallMs === 0) return undefined;
  const doors = await freePorts(edges);
  for (const [index, door] of doors.entries()) {
    const nearPort = port + 2 * index;
    running.use(await RoughLine.open('127.0.0.1', door, { latencyMs, jitterMs, stallMs }, { nearPort }));
  }
  terminal.say(`browsers: ${latencyMs} ms ± ${jitterMs} longer there and back, stalls of ${stallMs} ms`);
  return doors;
}

function startBots(players: number, stack: Stack): SupervisedProcess {
  const program = join(root, 'tools/bots/main.ts');
  const flags = { players, seconds: 0, transport: 'grpc', edge: stack.edges[0]!.grpcAddress };
  const bots = new SupervisedProcess(
    {
      name: 'bots',
      command: node,
      args: [program, ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)])],
      env: { ...toolEnvironment(), CLEW_SUPERVISED: '1' },
      stopMs: 5_000,
    },
    { line: (line) => terminal.log('bots', line), died: (how, ms) => died('bots', how, ms) },
  );
  bots.start();
  return bots;
}

function announce(stack: Stack, port: number): void {
  terminal.say(`ready after ${(performance.now() / 1000).toFixed(1)} s`);
  for (const { name, grpcAddress } of stack.edges) terminal.say(`gRPC: ${grpcAddress} (${name})`);
  for (const { name, opsUrl } of stack.services) terminal.say(`operators: ${opsUrl}/statusz (${name})`);
  const sessions = stack.of('session').map(({ grpcAddress }) => grpcAddress);
  terminal.say(`health: npm run doctor${port === 8080 ? '' : ` -- --port ${port}`}`);
  terminal.say(`sessions: npm run sessions -- list --session ${sessions.join(',')}`);
  if (stack.edges.length > 1) for (const { name, webUrl } of stack.edges) terminal.say(`web: ${webUrl} (${name})`);
  terminal.say(`open ${colors.bold(colors.green(stack.edges[0]!.webUrl))} in a browser; Ctrl-C stops everything`);
}

async function refuseTakenPorts({ port, edges }: StartFlags): Promise<void> {
  for (let taken = port; taken < port + 2 * edges; taken += 1) {
    if (await isFree(taken)) continue;
    throw new SetupFault(`port ${taken} is in use. Choose another one: npm start -- --port ${port + 1000}`);
  }
}

runScript('npm start', async () => {
  const parsed = parseFlags(process.argv.slice(2), process.env);
  if (parsed.kind === 'help') return console.log(helpText);
  if (parsed.kind === 'fault') throw new SetupFault(parsed.message);
  const stop = stopRequest(process, () => process.exit(1));
  await refuseTakenPorts(parsed.flags);
  try {
    await start(parsed.flags, stop);
  } catch (error) {
    if (!stop.aborted) throw error;
  }
  terminal.say('stopped');
  process.exit(0);
});
