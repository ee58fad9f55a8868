import { SessionServiceDefinition } from '@clew/protocol/clew/session/v1/session.ts';
import { Collections } from '@clew/service-kit/collections';
import { ControlServer } from '@clew/service-kit/control-server';
import type { Log } from '@clew/service-kit/log';
import { MemoryGuard } from '@clew/service-kit/memory-guard';
import { OperatorActs } from '@clew/service-kit/operator-acts';
import { OpsServer } from '@clew/service-kit/ops-server';
import { type ProcessContext, unknownProcess } from '@clew/service-kit/process-context';
import { connectRedis } from '@clew/service-kit/redis';
import { Telemetry } from '@clew/service-kit/telemetry/telemetry';
import type { SessionConfig } from './config.ts';
import { EventStreams } from './event-streams.ts';
import { measureSession } from './metrics.ts';
import { repairUntil } from './repairer.ts';
import { countRefusal, createCounters } from './session-counters.ts';
import { SessionEvents } from './session-events.ts';
import { createSessionService } from './session-service.ts';
import { SessionStore } from './session-store.ts';
import { sweepUntil } from './sweeper.ts';

/** Longer than Redis may take for a command: calls under way end with their own answer instead of being cut. */
const STOP_GRACE_MS = 2_500;

/** A session service that serves. */
export interface RunningSession extends AsyncDisposable {
  readonly grpcPort: number;
  readonly opsPort: number;
}

/**
 * Wires the service and resolves when it listens; whether Redis is there or not. Disposal goes the other way round: not
 * ready any more, watchers are sent elsewhere, calls end, the sweeper stops, and with it the connection to Redis.
 */
export async function startSession(
  config: SessionConfig,
  log: Log,
  signal: AbortSignal,
  context: ProcessContext = unknownProcess,
): Promise<RunningSession> {
  await using stack = new AsyncDisposableStack();
  const collections = new Collections();
  const counters = createCounters();
  const { NAME: name = 'session', TELEMETRY: mode } = config;
  const telemetry = stack.use(new Telemetry({ mode, service: 'session', name, collections, counters, context }));
  const memory = new MemoryGuard({
    heap: telemetry.heap,
    ...context,
    shedAt: config.MEMORY_SHED_PERCENT / 100,
    log,
    instruments: telemetry.instruments,
  });

  const redis = connectRedis(config.REDIS_URL, log);
  const store = new SessionStore(redis, {
    leaseMs: config.SESSION_LEASE_MS,
    sweepPauseMsMax: config.SESSION_SWEEP_PAUSE_MS_MAX,
    eventsMax: config.SESSION_EVENTS_MAX,
    eventsMs: config.SESSION_EVENTS_MS,
    tombstoneMs: config.SESSION_TOMBSTONE_MS,
  });

  let sweptMs = performance.now();
  measureSession(telemetry, { redis, counters, sweepAgeMs: () => performance.now() - sweptMs });
  const stopSweeping = new AbortController();
  const swept = sweepUntil(stopSweeping.signal, {
    store,
    counters,
    log,
    onSwept: () => {
      sweptMs = performance.now();
    },
    sweepMs: config.SESSION_SWEEP_MS,
    batch: config.SESSION_SWEEP_BATCH,
  });
  const repaired = repairUntil(stopSweeping.signal, {
    redis,
    store,
    counters,
    log,
    repairMs: config.SESSION_REPAIR_MS,
    batch: config.SESSION_REPAIR_BATCH,
  });
  stack.defer(async () => {
    stopSweeping.abort();
    // A sweep that Redis owes an answer fails by it, rather than be waited for.
    redis.disconnect();
    await Promise.all([swept, repaired]);
  });

  const server = new ControlServer({
    log,
    serviceNames: [SessionServiceDefinition.fullName],
    requestBytesMax: 1024 * 1024,
    onRefusal: (error) => countRefusal(counters, error),
    calls: telemetry.calls,
  });
  const events = new SessionEvents({
    streams: new EventStreams(redis),
    collections,
    counters,
    log,
    pollMs: config.SESSION_EVENTS_POLL_MS,
    watchersMax: config.SESSION_WATCHERS_MAX,
    watcherEventsMax: config.SESSION_WATCHER_EVENTS_MAX,
  });
  server.add(
    SessionServiceDefinition,
    createSessionService({
      store,
      events,
      collections,
      counters,
      log,
      leaseMs: config.SESSION_LEASE_MS,
      admit: () => memory.admit(),
      signInsMax: config.SESSION_SIGN_INS_MAX,
    }),
  );
  stack.defer(() => server.stop(STOP_GRACE_MS));
  stack.defer(() => events.stop());

  const acts = new OperatorActs({ token: config.OPS_TOKEN, log, collections, players: () => 0 });
  const ops = new OpsServer({ name, collections, counters, telemetry, acts, memory });
  stack.defer(() => ops.stop());

  await telemetry.prepare();
  signal.throwIfAborted();
  const grpcPort = await server.listen(config.HOST, config.GRPC_PORT);
  const opsPort = await ops.listen(config.HOST, config.OPS_PORT);
  ops.setReady(true);
  log.info({ grpc: `${config.HOST}:${grpcPort}`, ops: `${config.HOST}:${opsPort}` }, 'session serves');

  const running = stack.move();
  return { grpcPort, opsPort, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
