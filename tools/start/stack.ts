/**
 * All services on one Redis, as processes of this machine: what `npm start` runs, and integration tests and benches too.
 * Whoever starts a stack brings the Redis.
 */
import { join } from 'node:path';
import { node, root, SetupFault, toolEnvironment } from '../setup.mjs';
import { freePorts } from './ports.ts';
import { untilReady } from './readiness.ts';
import { type Counts, internalPorts, type Kind, planServices, type ServicePlan } from './service-plans.ts';
import { SupervisedProcess } from './supervised-process.ts';

/** Time for a service to end by itself before it is killed. */
const STOP_MS = 5_000;
/** Time for a service to become ready. */
const READY_MS = 30_000;
/** A service that dies so often before it was ever ready will not get there. */
const DEATHS_AT_START_MAX = 3;
/** Last lines of a service's log that are kept, for whoever asks why. */
const LOG_LINES_MAX = 200;

export interface StackOptions {
  readonly redisUrl: string;
  /** Where everything listens; 127.0.0.1 without it. */
  readonly host?: string;
  /** How many of each; 1 where it does not say. */
  readonly counts?: Partial<Counts>;
  /** Web port of the first edge; edge k takes `webPort + 2(k-1)` and the next one for gRPC. Any free ports without it. */
  readonly webPort?: number;
  /** Where each edge listens for what comes to its web port, when something else listens there: a line. */
  readonly webDoors?: readonly number[];
  /** More environment for all services, or for each by its name ("edge-1"). */
  readonly env?: Readonly<Record<string, string>> | ((name: string) => Readonly<Record<string, string>>);
  /** Arguments of Node before each service's program, by its name: a probe, a profiler. */
  readonly nodeArgs?: (name: string) => readonly string[];
  readonly onLog?: (name: string, line: string) => void;
  readonly onDeath?: (name: string, how: string, restartMs: number) => void;
  /** Gives up starting. */
  readonly signal?: AbortSignal;
}

/** A service that runs under supervision: when it dies, it is started again, with the same addresses. */
export interface Service {
  readonly kind: Kind;
  readonly name: string;
  /** http://host:port with /readyz, /livez, /statusz. */
  readonly opsUrl: string;
  readonly grpcAddress: string;
  /** Of the process that runs now; undefined while none does. */
  readonly pid: number | undefined;
  /** The last lines it logged, over all its lives. */
  readonly log: readonly string[];
  /**
   * Signals the process; with SIGKILL it resolves when the process is gone. If it dies of it, the supervisor starts it
   * again after 250 ms or more.
   */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends it and keeps it down until `start`; resolves when it is gone. SIGKILL for a sudden death. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it after `stop`; resolves when it is ready. */
  start(): Promise<void>;
  /** Graceful stop and start; resolves when it is ready. */
  restart(): Promise<void>;
  /** Resolves when it says that it is ready, e.g. after a death. */
  ready(): Promise<void>;
}

export interface Edge extends Service {
  /** Where browsers go. */
  readonly webUrl: string;
}

export interface Stack extends AsyncDisposable {
  readonly redisUrl: string;
  readonly services: readonly Service[];
  readonly edges: readonly Edge[];
  /** Those of one kind. */
  of(kind: Kind): readonly Service[];
  /** Graceful, kind after kind: edges, simulations, matchmaking, session. */
  stop(): Promise<void>;
}

/** A service that did not get ready. */
export class StartFailed extends SetupFault {
  /** Its last lines; private, so that printing the error does not print them. */
  readonly #log: readonly string[];

  constructor(service: string, why: string, log: readonly string[]) {
    super(`${service} ${why}`);
    this.#log = [...log];
  }

  get log(): readonly string[] {
    return this.#log;
  }
}

/** Resolves when all services are ready. When one does not get there, all are stopped and it rejects with StartFailed. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const counts: Counts = { session: 1, matchmaking: 1, simulation: 1, edge: 1, ...options.counts };
  const plans = planServices({
    counts,
    redisUrl: options.redisUrl,
    host: options.host ?? '127.0.0.1',
    ...(await choosePorts(counts, options.webPort)),
    ...(options.webDoors === undefined ? {} : { webDoors: options.webDoors }),
    webRoot: join(root, 'clients/web/dist'),
  });
  const services = plans.map((plan) => supervise(plan, options));
  const stack = stackOf(options.redisUrl, services);
  try {
    await Promise.all(services.map((service) => service.start()));
  } catch (error) {
    await stack.stop();
    throw error;
  }
  return stack;
}

async function choosePorts(counts: Counts, webPort: number | undefined) {
  const free = await freePorts(internalPorts(counts) + (webPort === undefined ? 2 * counts.edge : 0));
  const ports = free.splice(0, internalPorts(counts));
  const edgePorts = Array.from({ length: counts.edge }, (_, index): [number, number] =>
    webPort === undefined ? [free[2 * index]!, free[2 * index + 1]!] : [webPort + 2 * index, webPort + 2 * index + 1],
  );
  return { ports, edgePorts };
}

function supervise(
  plan: ServicePlan,
  { env, nodeArgs, onLog, onDeath, signal }: StackOptions,
): Service & Partial<Edge> {
  const log: string[] = [];
  let everReady = false;
  let giveUp = new AbortController();
  const child = new SupervisedProcess(
    {
      name: plan.name,
      command: node,
      args: [...plan.nodeArgs, ...(nodeArgs?.(plan.name) ?? []), join(root, plan.program)],
      env: {
        ...toolEnvironment(),
        CLEW_SUPERVISED: '1',
        ...plan.env,
        ...(typeof env === 'function' ? env(plan.name) : env),
      },
      stopMs: STOP_MS,
    },
    {
      line: (line) => {
        log.push(line);
        if (log.length > LOG_LINES_MAX) log.shift();
        onLog?.(plan.name, line);
      },
      died: (how, restartMs) => {
        if (!everReady && child.deaths >= DEATHS_AT_START_MAX) {
          giveUp.abort(new StartFailed(plan.name, `does not start (${how})`, log));
        } else {
          onDeath?.(plan.name, how, restartMs);
        }
      },
    },
  );

  const ready = async () => {
    giveUp = new AbortController();
    const tooLong = AbortSignal.timeout(READY_MS);
    try {
      await untilReady(plan.opsUrl, AbortSignal.any([giveUp.signal, tooLong, ...(signal ? [signal] : [])]));
      everReady = true;
    } catch (error) {
      if (tooLong.aborted) throw new StartFailed(plan.name, `was not ready within ${READY_MS / 1000} s`, log);
      throw giveUp.signal.aborted ? giveUp.signal.reason : error;
    }
  };
  const start = () => {
    child.start();
    return ready();
  };
  return {
    kind: plan.kind,
    name: plan.name,
    opsUrl: plan.opsUrl,
    grpcAddress: plan.grpcAddress,
    ...(plan.webUrl === undefined ? {} : { webUrl: plan.webUrl }),
    get pid() {
      return child.pid;
    },
    log,
    kill: (what) => child.kill(what),
    stop: (what) => {
      giveUp.abort(new StartFailed(plan.name, 'was stopped', log));
      return child.stop(what);
    },
    start,
    restart: async () => {
      await child.stop();
      await start();
    },
    ready,
  };
}

function stackOf(redisUrl: string, services: readonly (Service & Partial<Edge>)[]): Stack {
  const of = (kind: Kind) => services.filter((service) => service.kind === kind);
  const stop = async () => {
    for (const kind of ['edge', 'simulation', 'matchmaking', 'session'] as const) {
      await Promise.all(of(kind).map((service) => service.stop()));
    }
  };
  return {
    redisUrl,
    services,
    edges: of('edge').filter((service): service is Edge => service.webUrl !== undefined),
    of,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
