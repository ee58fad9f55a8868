import { parseConfig, serviceFields } from '@clew/service-kit/config';
import { createLog } from '@clew/service-kit/log';
import { edgeFields } from '../config.ts';
import { startEdge } from '../edge.ts';
import { FakeMatchmaking } from './fake-matchmaking.ts';
import { FakeSession } from './fake-session.ts';
import { FakeSimulation } from './fake-simulation.ts';
import { until } from './until.ts';

interface Status {
  readonly counters: Readonly<Record<string, number>>;
  readonly collections: readonly { readonly name: string; readonly size: number; readonly orphans: number }[];
  readonly web: { readonly connections: number };
}

/** Quick enough for tests; what each of them is about is told by the test. */
const quick = {
  CLEW_EDGE_ID: 'edge-test',
  CLEW_GRPC_PORT: '0',
  CLEW_WEB_PORT: '0',
  CLEW_OPS_PORT: '0',
  CLEW_LOG_LEVEL: 'silent',
  CLEW_WEB_ROOT: '/nowhere',
  CLEW_TICKET_POLL_MS: '10',
  CLEW_TRUNK_FLUSH_MS: '1',
  // Players of tests say nothing unless it is what the test is about.
  CLEW_SILENCE_MAX_MS: '60000',
};

/** A real edge between real sockets, whose peers are fakes. */
export interface TestEdge extends AsyncDisposable {
  readonly session: FakeSession;
  readonly matchmaking: FakeMatchmaking;
  readonly simulation: FakeSimulation;
  readonly webUrl: string;
  readonly grpcAddress: string;
  status(): Promise<Status>;
  counter(name: string): Promise<number>;
  /** Sizes of the collections that are not empty. */
  held(): Promise<Record<string, number>>;
  /** Waits until the edge holds nothing of anybody, and nothing is an orphan. */
  holdsNothing(): Promise<void>;
  /** Stops gracefully. */
  stop(): Promise<void>;
}

export async function startTestEdge(env: Readonly<Record<string, string>> = {}): Promise<TestEdge> {
  await using stack = new AsyncDisposableStack();
  const session = stack.use(await FakeSession.open());
  const matchmaking = stack.use(await FakeMatchmaking.open());
  const simulation = stack.use(await FakeSimulation.open());
  const config = parseConfig(
    { ...serviceFields, ...edgeFields },
    {
      ...quick,
      CLEW_SESSION_ADDRESSES: session.address,
      CLEW_MATCHMAKING_ADDRESSES: matchmaking.address,
      ...env,
    },
  );
  const log = createLog({ name: 'edge-test', level: config.LOG_LEVEL, format: 'json' });
  const edge = await startEdge(config, log, new AbortController().signal);
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= Promise.resolve(edge[Symbol.asyncDispose]());
    return stopped;
  };
  stack.defer(stop);
  const kept = stack.move();

  const status = async () => {
    const response = await fetch(`http://127.0.0.1:${edge.opsPort}/statusz`);
    return (await response.json()) as Status;
  };
  const held = async () => {
    const { collections } = await status();
    return Object.fromEntries(collections.filter(({ size }) => size > 0).map(({ name, size }) => [name, size]));
  };
  return {
    session,
    matchmaking,
    simulation,
    webUrl: `http://127.0.0.1:${edge.webPort}`,
    grpcAddress: `127.0.0.1:${edge.grpcPort}`,
    status,
    held,
    counter: async (name) => (await status()).counters[name] ?? 0,
    holdsNothing: async () => {
      await until('the edge holds nothing', async () => {
        const { collections } = await status();
        return collections.every(({ size, orphans }) => size === 0 && orphans === 0);
      });
    },
    stop,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
