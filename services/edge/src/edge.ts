import { Collections } from '@clew/service-kit/collections';
import { Counters } from '@clew/service-kit/counters';
import type { Log } from '@clew/service-kit/log';
import { MemoryGuard } from '@clew/service-kit/memory-guard';
import { OperatorActs } from '@clew/service-kit/operator-acts';
import { OpsServer } from '@clew/service-kit/ops-server';
import { type ProcessContext, unknownProcess } from '@clew/service-kit/process-context';
import { secondsBoundaries } from '@clew/service-kit/telemetry/histogram';
import { Telemetry } from '@clew/service-kit/telemetry/telemetry';
import { AddressLimits } from './address-limits.ts';
import { advertise, tickRate } from './advertised.ts';
import type { EdgeConfig } from './config.ts';
import { counterNames } from './counter-names.ts';
import { GrpcDoor } from './doors/grpc/door.ts';
import { WebDoor } from './doors/web/door.ts';
import { Errands } from './errands.ts';
import { MatchLookups } from './match-lookups.ts';
import { measureEdge, streamReports } from './metrics.ts';
import { connectPeers } from './peers.ts';
import { PlayService } from './play-service.ts';
import { PlayerDirectory } from './player-directory.ts';
import type { PlayerSink } from './player-sink.ts';
import type { PlayerStream, StreamServices } from './player-stream.ts';
import { Refusals } from './refusals.ts';
import { Renewals } from './sessions/renewals.ts';
import { SessionReports } from './sessions/session-reports.ts';
import { SessionWatch } from './sessions/session-watch.ts';
import { Tickets } from './tickets.ts';
import { Trunks } from './trunk/trunks.ts';

/** An edge that serves. */
export interface RunningEdge extends AsyncDisposable {
  readonly webPort: number;
  readonly grpcPort: number;
  readonly opsPort: number;
}

/** Last words to a reader; whoever does not take them by then is cut. */
const lingerMs = 1_000;
/** Bounds of a graceful stop: for the players' streams to end, and for session to hear of it. */
const stopMs = lingerMs + 200;
const settleMs = 1_000;
const pulseMsMax = 500;
/** Seconds; the queue alone takes three. */
const joinBoundaries = [0.1, 0.25, 0.5, 1, 2, 3, 4, 5, 7.5, 10, 15, 30, 60];
/** A browser keeps one connection for the stream and some for calls. */
const connectionsPerPlayer = 4;

/**
 * Wires an edge and resolves when its doors are open, whether the services behind it are there or not.
 *
 * Disposal goes the other way round: not ready any more; players are sent to other edges; the doors close; nothing is
 * renewed, watched or asked any more; trunks say good-bye; session hears who is detached; its clients close last.
 */
export async function startEdge(
  config: EdgeConfig,
  log: Log,
  signal: AbortSignal,
  context: ProcessContext = unknownProcess,
): Promise<RunningEdge> {
  await using stack = new AsyncDisposableStack();
  const collections = new Collections();
  const counters = new Counters<string>(counterNames);
  const { EDGE_ID: edgeId, NAME: name = edgeId, TELEMETRY: mode } = config;
  const telemetry = stack.use(new Telemetry({ mode, service: 'edge', name, collections, counters, context }));
  const memory = new MemoryGuard({
    heap: telemetry.heap,
    ...context,
    shedAt: config.MEMORY_SHED_PERCENT / 100,
    log,
    instruments: telemetry.instruments,
  });
  const { PLAYERS_MAX: playersMax, CALL_MS: callMs } = config;

  const peers = stack.use(connectPeers(config.SESSION_ADDRESSES, config.MATCHMAKING_ADDRESSES));
  const errands = new Errands({ collections, counters, bound: playersMax, callMs });
  stack.defer(() => errands.settle(settleMs));

  const trunks = stack.use(
    new Trunks({
      edgeId,
      flushMs: config.TRUNK_FLUSH_MS,
      tickMs: 1_000 / tickRate,
      silenceMs: config.TRUNK_SILENCE_MS,
      channelsMax: playersMax,
      collections,
    }),
  );
  const { matchmaking } = peers;
  const tickets = new Tickets({
    matchmaking,
    collections,
    bound: playersMax,
    pollMs: config.TICKET_POLL_MS,
    callMs,
  });
  const directory = new PlayerDirectory<PlayerStream>(collections, playersMax);
  const renewalLag = telemetry.instruments.histogram(
    {
      name: 'clew.edge.renewal_lag',
      unit: 's',
      description: 'How much later than due leases were renewed.',
    },
    secondsBoundaries,
  );
  const { session, sessionStreams } = peers;
  stack.use(
    new Renewals({
      session,
      directory,
      edgeId,
      renewMs: config.RENEW_MS,
      callMs,
      collections,
      counters,
      lag: renewalLag,
    }),
  );
  stack.use(new SessionWatch({ session: sessionStreams, directory, counters }));

  const streams: StreamServices = {
    edgeId,
    session,
    reports: new SessionReports(session, errands, callMs),
    directory,
    places: { tickets, matchmaking, errands },
    counters,
    inputs: counters.of('edge.inputs'),
    frames: counters.of('edge.frames'),
    joins: telemetry.instruments.histogram(
      {
        name: 'clew.edge.join.duration',
        unit: 's',
        description: 'From asking for a match, or coming back into one, to sitting in it.',
      },
      joinBoundaries,
    ),
    seats: {
      lookups: new MatchLookups(matchmaking, callMs, collections),
      trunks,
      counters,
      attachMs: 2 * config.TRUNK_SILENCE_MS,
      lostMs: config.MATCH_LOST_MS,
      tickMs: 1_000 / tickRate,
    },
    limits: {
      callMs,
      stallMs: config.READER_STALL_MS,
      heartbeatMs: config.HEARTBEAT_MS,
      silenceMs: config.SILENCE_MAX_MS,
      inputsPerSecond: config.INPUT_RATE,
      inputsBurst: config.INPUT_BURST,
    },
  };
  const limits = new AddressLimits(collections, { perSecond: config.SIGN_IN_RATE, burst: config.SIGN_IN_BURST });
  const service = new PlayService({
    streams,
    limits,
    calls: telemetry.calls,
    admit: () => memory.admit(),
    collections,
    entriesMax: config.ENTRIES_MAX,
  });

  const pulse = setInterval(
    () => {
      const nowMs = performance.now();
      for (const stream of directory) stream.pulse(nowMs);
      limits.forget();
    },
    Math.max(1, Math.min(pulseMsMax, config.READER_STALL_MS / 4, config.HEARTBEAT_MS / 4)),
  );
  stack.defer(() => clearInterval(pulse));

  const sinks: Set<PlayerSink> = collections.set('edge.sinks', {
    bound: 2 * playersMax,
    orphans: () => [...sinks].filter((sink) => sink.isOrphan(performance.now())).length,
  });
  const refusals = new Refusals(counters, log);
  const door = { service, refusals, sinks: { sinks, lingerMs }, requestMs: config.REQUEST_MS };
  const grpc = new GrpcDoor(door);
  const web = new WebDoor({
    ...door,
    webRoot: config.WEB_ROOT,
    allowedOrigins: config.ALLOWED_ORIGINS,
    keepAliveMs: config.KEEP_ALIVE_MS,
    connectionsMax: connectionsPerPlayer * playersMax,
    collections,
    counters,
    log,
  });
  measureEdge(telemetry, { directory, webConnections: () => web.connections });
  const acts = new OperatorActs({
    token: config.OPS_TOKEN,
    log,
    collections,
    players: () => directory.size,
    streams: () => streamReports(directory),
  });
  const ops = new OpsServer({
    name,
    collections,
    counters,
    telemetry,
    acts,
    memory,
    sections: () => ({ web: { connections: web.connections } }),
  });

  await telemetry.prepare();
  signal.throwIfAborted();
  stack.defer(() => ops.stop());
  const grpcPort = await grpc.listen(config.HOST, config.GRPC_PORT);
  stack.defer(() => grpc.stop(stopMs));
  const webPort = await web.listen(config.HOST, config.WEB_PORT);
  stack.defer(() => web.stop(stopMs));
  const opsPort = await ops.listen(config.HOST, config.OPS_PORT);

  const advertised = advertise(config, webPort, grpcPort);
  web.tellEdges([advertised.own, ...advertised.edges].map(({ webUrl }) => webUrl));
  service.admit(advertised);
  stack.defer(() => {
    ops.setReady(false);
    grpc.drain();
    service.drain();
    directory.drain();
  });
  ops.setReady(true);
  log.info({ ...advertised.own, ops: `${config.HOST}:${opsPort}` }, 'edge serves');

  const running = stack.move();
  return { webPort, grpcPort, opsPort, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
