import { join } from 'node:path';

/**
 * Which processes a stack has, where they listen and what they are told: the one place that knows all addresses.
 * Pure: ports come in.
 */
export const kinds = ['session', 'matchmaking', 'simulation', 'edge'] as const;
export type Kind = (typeof kinds)[number];

/** How many of each. */
export type Counts = Readonly<Record<Kind, number>>;

/**
 * For Node, by kind (docs/performance.md). An edge's work is short-lived garbage: in a young generation as large as V8 would make
 * it, that takes as much memory as all that a thousand players need, and in one of 2 MB it gets old before it is found. What got
 * old is looked for when the rest has grown by half, not when it has doubled. A simulation has one core to itself: helpers
 * that collect garbage beside it only make it wait for them; and what lives for a tick it must not take for long-lived.
 */
export const nodeArgsOf: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  edge: ['--max-semi-space-size=8', '--heap-growing-percent=50'],
  simulation: ['--single-threaded-gc', '--no-allocation-site-pretenuring'],
};

export interface ServicePlan {
  readonly kind: Kind;
  /** "session-1", "edge-2": stable over restarts. */
  readonly name: string;
  /** The service's main.ts, relative to the repository. */
  readonly program: string;
  readonly nodeArgs: readonly string[];
  /** http://host:port of its operators' listener. */
  readonly opsUrl: string;
  readonly grpcAddress: string;
  /** Edges: where players' browsers go. */
  readonly webUrl?: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface StackPlan {
  readonly counts: Counts;
  readonly redisUrl: string;
  readonly host: string;
  /** Ports for what only services and operators use; as many as `internalPorts(counts)`. */
  readonly ports: readonly number[];
  /** Web port and gRPC port of each edge, as players know them. */
  readonly edgePorts: readonly (readonly [web: number, grpc: number])[];
  /** Where each edge listens for what comes to its web port, when something else listens there. */
  readonly webDoors?: readonly number[];
  /** Folder of the built web client. */
  readonly webRoot: string;
}

/** gRPC and ops of session and matchmaking; gRPC, ops and trunk of a simulation; ops of an edge. */
export function internalPorts(counts: Counts): number {
  return 2 * counts.session + 2 * counts.matchmaking + 3 * counts.simulation + counts.edge;
}

/** Plans in the order of starting; stopping goes the other way. */
export function planServices(plan: StackPlan): ServicePlan[] {
  const { counts, host, edgePorts, webDoors } = plan;
  const ports = [...plan.ports];
  const nextPort = () => {
    const port = ports.shift();
    if (port === undefined) throw new Error('too few ports');
    return port;
  };
  const many = (kind: Kind, describe: (index: number) => Described): ServicePlan[] =>
    Array.from({ length: counts[kind] }, (_, index) => {
      const name = `${kind}-${index + 1}`;
      const { grpcPort, opsPort, env, webUrl } = describe(index);
      return {
        kind,
        name,
        program: join('services', kind, 'src', 'main.ts'),
        nodeArgs: nodeArgsOf[kind] ?? [],
        opsUrl: `http://${host}:${opsPort}`,
        grpcAddress: `${host}:${grpcPort}`,
        ...(webUrl === undefined ? {} : { webUrl }),
        env: {
          CLEW_NAME: name,
          CLEW_REDIS_URL: plan.redisUrl,
          CLEW_HOST: host,
          CLEW_GRPC_PORT: String(grpcPort),
          CLEW_OPS_PORT: String(opsPort),
          ...env,
        },
      };
    });
  const addressesOf = (services: readonly ServicePlan[]) => services.map((service) => service.grpcAddress).join(',');

  const sessions = many('session', () => ({ grpcPort: nextPort(), opsPort: nextPort(), env: {} }));
  const CLEW_SESSION_ADDRESSES = addressesOf(sessions);
  const matchmakings = many('matchmaking', () => ({
    grpcPort: nextPort(),
    opsPort: nextPort(),
    env: { CLEW_SESSION_ADDRESSES },
  }));
  const others = { CLEW_SESSION_ADDRESSES, CLEW_MATCHMAKING_ADDRESSES: addressesOf(matchmakings) };
  const simulations = many('simulation', (index) => ({
    grpcPort: nextPort(),
    opsPort: nextPort(),
    env: { ...others, CLEW_SIMULATION_ID: `simulation-${index + 1}`, CLEW_TRUNK_PORT: String(nextPort()) },
  }));
  const CLEW_EDGES = edgePorts.map(([web, grpc]) => `http://${host}:${web}|${host}:${grpc}`).join(',');
  const edges = many('edge', (index) => {
    const [web, grpcPort] = edgePorts[index]!;
    const CLEW_EDGE_ID = `edge-${index + 1}`;
    const webUrl = `http://${host}:${web}`;
    const env = {
      ...{ ...others, CLEW_EDGE_ID, CLEW_EDGES, CLEW_WEB_ROOT: plan.webRoot },
      ...{ CLEW_WEB_PORT: String(webDoors?.[index] ?? web), CLEW_PUBLIC_WEB_URL: webUrl },
    };
    return { grpcPort, opsPort: nextPort(), webUrl, env };
  });
  return [...sessions, ...matchmakings, ...simulations, ...edges];
}

interface Described {
  readonly grpcPort: number;
  readonly opsPort: number;
  readonly webUrl?: string;
  readonly env: Readonly<Record<string, string>>;
}
