import { createConnection } from 'node:net';
import { text } from 'node:stream/consumers';

/**
 * What is called so among the collections has an entry for each method that was ever used, and never one for a player: series
 * of metrics, and grpc-js' caches by method.
 */
export const PER_METHOD = 'per method';

/** What a process holds, after a forced garbage collection. */
export interface ProbeReport {
  /** Heap used and what hangs on it outside. */
  readonly heapBytes: number;
  readonly rssBytes: number;
  /** Objects that can be reached, by kind. */
  readonly objects: Readonly<Record<string, number>>;
  /** What keeps the event loop alive, by kind. */
  readonly handles: Readonly<Record<string, number>>;
}

/** Asks the probe of one process. */
export async function probe(socketPath: string): Promise<ProbeReport> {
  const answer = await text(createConnection(socketPath));
  if (answer === '') throw new Error(`the probe at ${socketPath} said nothing`);
  return JSON.parse(answer) as ProbeReport;
}
