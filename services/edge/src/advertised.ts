import type { Edge } from '@clew/protocol/clew/play/v1/play.ts';
import type { EdgeConfig } from './config.ts';
import { encodeEvent } from './events.ts';

/** Ticks per second of every match, as Welcome tells it. */
export const tickRate = 20;

/** How players reach this edge and the others, known when the doors are bound. */
export interface Advertised {
  readonly own: Edge;
  /** All of them, where else to go when this one is gone. */
  readonly edges: Edge[];
  /** The first message of every stream. */
  readonly welcome: Buffer;
}

const everywhere: ReadonlySet<string> = new Set(['0.0.0.0', '::', '[::]']);

/** By the configuration, and where it says nothing by what was bound. */
export function advertise(config: EdgeConfig, webPort: number, grpcPort: number): Advertised {
  const host = everywhere.has(config.HOST) ? '127.0.0.1' : config.HOST;
  const own = {
    webUrl: config.PUBLIC_WEB_URL ?? `http://${host}:${webPort}`,
    grpcAddress: config.PUBLIC_GRPC_ADDRESS ?? `${host}:${grpcPort}`,
  };
  const edges = config.EDGES ?? [own];
  const silenceMax = {
    seconds: Math.floor(config.SILENCE_MAX_MS / 1_000),
    nanos: (config.SILENCE_MAX_MS % 1_000) * 1e6,
  };
  return { own, edges, welcome: encodeEvent({ $case: 'welcome', value: { edge: own, tickRate, silenceMax } }) };
}
