import { MatchmakingServiceDefinition } from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import { SessionServiceDefinition } from '@clew/protocol/clew/session/v1/session.ts';
import { Collections } from '@clew/service-kit/collections';
import { callChannel, controlClients } from '@clew/service-kit/control-client';
import { ControlServer } from '@clew/service-kit/control-server';
import { Counters } from '@clew/service-kit/counters';
import type { Log } from '@clew/service-kit/log';
import { MemoryGuard } from '@clew/service-kit/memory-guard';
import { OperatorActs } from '@clew/service-kit/operator-acts';
import { OpsServer } from '@clew/service-kit/ops-server';
import { type ProcessContext, unknownProcess } from '@clew/service-kit/process-context';
import { connectRedis } from '@clew/service-kit/redis';
import { Telemetry } from '@clew/service-kit/telemetry/telemetry';
import { Status } from 'nice-grpc';
import type { MatchmakingConfig } from './config.ts';
import { Director, directorCounters } from './director.ts';
import { MatchDirectory } from './match-directory.ts';
import { matchmakingService, serviceCounters } from './matchmaking-service.ts';
import { measureMatchmaking } from './metrics.ts';
import { SimulationLinks } from './simulation-links.ts';
import { SimulationRegistry } from './simulation-registry.ts';
import { TicketStore } from './ticket-store.ts';

/** A running instance. Disposing stops it in order. */
export interface Matchmaking extends AsyncDisposable {
  readonly grpcPort: number;
  readonly opsPort: number;
}

/**
 * Builds one instance of matchmaking and opens its listeners. It is ready without Redis, session or simulations; calls
 * are answered UNAVAILABLE and nobody is placed until they are there.
 *
 * The stack is undone from the bottom of this function up: not ready any more; registrations end and calls get their
 * grace; the director gives back what it holds; channels close; Redis last, because all of them need it.
 */
export async function startMatchmaking(
  config: MatchmakingConfig,
  log: Log,
  _signal?: AbortSignal,
  context: ProcessContext = unknownProcess,
): Promise<Matchmaking> {
  await using starting = new AsyncDisposableStack();
  const collections = new Collections();
  const counters = new Counters([...serviceCounters, ...directorCounters]);
  const { NAME: name = 'matchmaking', TELEMETRY: mode } = config;
  const telemetry = starting.use(new Telemetry({ mode, service: 'matchmaking', name, collections, counters, context }));
  const memory = new MemoryGuard({
    heap: telemetry.heap,
    ...context,
    shedAt: config.MEMORY_SHED_PERCENT / 100,
    log,
    instruments: telemetry.instruments,
  });
  const callMs = Math.ceil(config.CLAIM_MS / 5);

  const redis = starting.adopt(connectRedis(config.REDIS_URL, log), (connection) => connection.disconnect());
  const tickets = new TicketStore(redis, {
    leaseMs: config.TICKET_LEASE_MS,
    claimMs: config.CLAIM_MS,
    assignedMs: config.ASSIGNED_MS,
    requestMs: config.REQUEST_MS,
    ticketsMax: config.TICKETS_MAX,
  });
  const matches = new MatchDirectory(redis, { leaseMs: config.MATCH_LEASE_MS, tombstoneMs: config.TOMBSTONE_MS });
  const registry = new SimulationRegistry(redis, {
    leaseMs: config.SIMULATION_LEASE_MS,
    matchLeaseMs: config.MATCH_LEASE_MS,
    simulationsMax: config.SIMULATIONS_MAX,
  });

  const links = starting.use(new SimulationLinks(collections, { linksMax: config.SIMULATIONS_MAX, callMs }));
  const sessionChannel = starting.adopt(callChannel(config.SESSION_ADDRESSES), (channel) => channel.close());
  const director = starting.use(
    new Director({
      tickets,
      matches,
      registry,
      links,
      sessions: controlClients.create(SessionServiceDefinition, sessionChannel),
      counters,
      collections,
      log,
      rules: { seats: config.MATCH_SEATS, fillMs: config.MATCH_FILL_MS, candidates: 3 },
      turnMs: config.DIRECTOR_MS,
      placementsMax: config.PLACEMENTS_MAX,
      claimMs: config.CLAIM_MS,
      callMs,
    }),
  );

  measureMatchmaking(telemetry, { redis, view: () => director.view });
  await telemetry.prepare();

  const closing = new AbortController();
  const open: Set<AbortSignal> = collections.set('matchmaking.registrations', {
    bound: config.SIMULATIONS_MAX,
    orphans: () => [...open].filter((call) => call.aborted).length,
  });
  const server = new ControlServer({
    log,
    serviceNames: [MatchmakingServiceDefinition.fullName],
    calls: telemetry.calls,
    onRefusal: ({ status }) => {
      const invalid = status === Status.INVALID_ARGUMENT;
      counters.add(invalid ? 'matchmaking.requests_invalid' : 'matchmaking.requests_refused');
    },
  });
  server.add(
    MatchmakingServiceDefinition,
    matchmakingService({
      tickets,
      matches,
      registry,
      counters,
      open,
      closing: closing.signal,
      admit: () => memory.admit(),
      seats: config.MATCH_SEATS,
      silenceMs: config.SIMULATION_LEASE_MS * 3,
    }),
  );
  starting.defer(() => server.stop());
  starting.defer(() => closing.abort(new Error('matchmaking stops')));
  const grpcPort = await server.listen(config.HOST, config.GRPC_PORT);

  const acts = new OperatorActs({ token: config.OPS_TOKEN, log, collections, players: () => 0 });
  const ops = starting.adopt(
    new OpsServer({
      name,
      collections,
      counters,
      telemetry,
      acts,
      memory,
      sections: () => ({ director: director.view }),
    }),
    (listener) => listener.stop(),
  );
  const opsPort = await ops.listen(config.HOST, config.OPS_PORT);
  ops.setReady(true);
  log.info({ grpcPort, opsPort }, 'matchmaking serves');

  const running = starting.move();
  return { grpcPort, opsPort, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
