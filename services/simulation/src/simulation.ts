import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { MatchmakingServiceDefinition } from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import { SessionServiceDefinition } from '@clew/protocol/clew/session/v1/session.ts';
import { Closed_Reason, SimulationServiceDefinition } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import { Collections } from '@clew/service-kit/collections';
import { callChannel, controlClients, streamChannel } from '@clew/service-kit/control-client';
import { ControlServer } from '@clew/service-kit/control-server';
import { Counters } from '@clew/service-kit/counters';
import type { Log } from '@clew/service-kit/log';
import { MemoryGuard } from '@clew/service-kit/memory-guard';
import { OperatorActs } from '@clew/service-kit/operator-acts';
import { OpsServer } from '@clew/service-kit/ops-server';
import { type ProcessContext, unknownProcess } from '@clew/service-kit/process-context';
import { connectRedis } from '@clew/service-kit/redis';
import { Scratch } from '@clew/service-kit/scratch';
import { Telemetry } from '@clew/service-kit/telemetry/telemetry';
import { matchesMaxOf, rulesOf, type SimulationConfig } from './config.ts';
import { counterNames } from './counter-names.ts';
import { FrameEncoder } from './frame-encoder.ts';
import { MatchLease } from './match-lease.ts';
import { Matches } from './matches.ts';
import { measureSimulation, timedPhase } from './metrics.ts';
import { RegionEncoder } from './region-encoder.ts';
import { Registration } from './registration.ts';
import { SessionCheck } from './session-check.ts';
import { SessionWatch } from './session-watch.ts';
import { SimulationService } from './simulation-service.ts';
import { TickLoop } from './tick-loop.ts';
import { TrunkService } from './trunk-service.ts';

/** A running simulation. Disposing stops it in order. */
export interface Simulation extends AsyncDisposable {
  readonly simulationId: string;
  readonly grpcPort: number;
  readonly trunkPort: number;
  readonly opsPort: number;
}

const CALL_MS = 2_000;
/** Bound of each step of a graceful stop. */
const STOP_MS = 500;

/**
 * Builds a simulation and opens its listeners. It is ready without Redis, session or matchmaking: nobody sends it players
 * until matchmaking hears of it, and what it runs plays on without any of them.
 *
 * The stack is undone from the bottom of this function up: not ready any more; matchmaking hears that no more matches are
 * wanted; for DRAIN_MS those that run play on, and all of this with them; what is left ends and its edges are told; the loop
 * stops; that is written down; Redis last.
 */
export async function startSimulation(
  config: SimulationConfig,
  log: Log,
  _signal?: AbortSignal,
  context: ProcessContext = unknownProcess,
): Promise<Simulation> {
  await using starting = new AsyncDisposableStack();
  const background = (run: (signal: AbortSignal) => Promise<void>) => {
    const stop = new AbortController();
    const done = run(stop.signal);
    starting.defer(async () => {
      stop.abort();
      await within(STOP_MS, done);
    });
  };
  const simulationId = config.SIMULATION_ID ?? `simulation-${randomBytes(6).toString('hex')}`;
  const host = config.ADVERTISED_HOST ?? config.HOST;
  const clock = () => performance.now();
  const collections = new Collections();
  const counters = new Counters(counterNames);
  const { NAME: name = simulationId, TELEMETRY: mode } = config;
  const telemetry = starting.use(new Telemetry({ mode, service: 'simulation', name, collections, counters, context }));
  const memory = new MemoryGuard({
    heap: telemetry.heap,
    ...context,
    shedAt: config.MEMORY_SHED_PERCENT / 100,
    log,
    instruments: telemetry.instruments,
  });
  await telemetry.prepare();
  const rules = rulesOf(config);
  const matchesMax = matchesMaxOf(config);

  const redis = starting.adopt(connectRedis(config.REDIS_URL, log), (connection) => connection.disconnect());
  const callSessions = starting.adopt(callChannel(config.SESSION_ADDRESSES), (channel) => channel.close());
  const watchSessions = starting.adopt(streamChannel(config.SESSION_ADDRESSES), (channel) => channel.close());
  const register = starting.adopt(streamChannel(config.MATCHMAKING_ADDRESSES), (channel) => channel.close());

  const scratch = new Scratch();
  const matches = new Matches({
    rules,
    scratch,
    encoder: new FrameEncoder(scratch),
    regions: new RegionEncoder(scratch),
    limits: {
      reservedMs: config.SEAT_RESERVED_MS,
      detachedMs: config.SEAT_DETACHED_MS,
      finishedMs: config.MATCH_FINISHED_MS,
    },
    matchesMax,
    onGone: (match) => lease.gone(match),
    clock,
    collections,
    counters,
    log,
  });

  const control = new ControlServer({
    log,
    serviceNames: [SimulationServiceDefinition.fullName],
    calls: telemetry.calls,
  });
  control.add(SimulationServiceDefinition, new SimulationService(matches, rules.seats, () => memory.admit()));
  starting.defer(() => control.stop(STOP_MS));
  const grpcPort = await control.listen(config.HOST, config.GRPC_PORT);

  const trunks = new TrunkService({
    matches,
    trunksMax: config.TRUNKS_MAX,
    channelsMax: matchesMax * rules.seats,
    stallMs: config.TRUNK_STALL_MS,
    aliveMs: config.TRUNK_ALIVE_MS,
    clock,
    collections,
    counters,
    log,
  });
  const trunkPort = await trunks.listen(config.HOST, config.TRUNK_PORT);

  const trunkAddress = `${host}:${trunkPort}`;
  const controlAddress = `${host}:${grpcPort}`;
  const lease = new MatchLease({
    redis,
    matches,
    simulationId,
    trunkAddress,
    controlAddress,
    leaseMs: config.MATCH_LEASE_MS,
    renewMs: config.MATCH_RENEW_MS,
    tombstoneMs: config.MATCH_TOMBSTONE_MS,
    goneMax: matchesMax * 2,
    collections,
    counters,
    log,
  });
  starting.defer(() => within(STOP_MS, lease.renew()));
  background((signal) => lease.run(signal));

  const sessions = controlClients.create(SessionServiceDefinition, callSessions);
  const check = new SessionCheck({
    sessions,
    matches,
    intervalMs: config.SEAT_CHECK_MS,
    recheckMs: config.SEAT_RECHECK_MS,
    callMs: CALL_MS,
    clock,
    counters,
    log,
  });
  background((signal) => check.run(signal));
  const watch = new SessionWatch({
    sessions: controlClients.create(SessionServiceDefinition, watchSessions),
    matches,
    openMs: CALL_MS,
    counters,
    log,
  });
  background((signal) => watch.run(signal));

  const loop = new TickLoop({
    busy: () => performance.eventLoopUtilization().active,
    onPhase: timedPhase(telemetry, clock, (phase, scheduledMs) => matches.tickPhase(phase, scheduledMs)),
    isIdle: (phase) => matches.isIdle(phase),
    onDone: (nowMs) => trunks.flush(nowMs),
    clock,
  });
  measureSimulation(telemetry, { redis, matches, trunks, loop });
  starting.defer(() => loop.stop());
  loop.start();
  starting.defer(async () => {
    matches.endAll(Closed_Reason.REASON_MATCH_FAILED);
    await trunks.stop(STOP_MS);
  });

  const registration = new Registration({
    matchmaking: controlClients.create(MatchmakingServiceDefinition, register),
    presence: () => ({
      simulationId,
      controlAddress,
      trunkAddress,
      matches: matches.size,
      matchesMax,
      draining: matches.draining,
      openMatches: matches.open(),
    }),
    intervalMs: config.REGISTER_MS,
    silenceMs: config.REGISTER_MS * 5,
    log,
  });
  background((signal) => registration.run(signal));
  const acts = new OperatorActs({ token: config.OPS_TOKEN, log, collections, players: () => matches.seats().attached });
  const ops = starting.adopt(
    new OpsServer({
      name,
      collections,
      counters,
      telemetry,
      acts,
      memory,
      sections: () => ({ tick: loop.report(), seats: matches.seats(), trunks: trunks.report() }),
    }),
    (listener) => listener.stop(),
  );
  const opsPort = await ops.listen(config.HOST, config.OPS_PORT);
  ops.setReady(true);
  starting.defer(async () => {
    ops.setReady(false);
    matches.drain();
    await within(config.DRAIN_MS, matches.over());
  });
  log.info({ simulationId, grpcPort, trunkPort, opsPort }, 'simulation serves');

  const running = starting.move();
  return { simulationId, grpcPort, trunkPort, opsPort, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** Waits for it, but not for longer. */
async function within(boundMs: number, done: Promise<void>): Promise<void> {
  await Promise.race([done, sleep(boundMs, undefined, { ref: false })]);
}
