import { join } from 'node:path';
import { run, tail } from '../tools/machine/command.ts';
import { node, root, toolEnvironment } from '../tools/setup.mjs';

/** What `npm run bots -- --json` prints, as far as benches use it. */
export interface BotsReport {
  readonly players: number;
  readonly joined: number;
  readonly seconds: number;
  readonly framesPerSecond: number;
  readonly inputs: number;
  readonly latencyMsP50: number;
  readonly latencyMsP99: number;
  readonly latencySamples: number;
  readonly disconnects: number;
  readonly corrections: number;
  readonly hashMismatches: number;
}

export interface BotsTerms {
  readonly players: number;
  /** Seconds that figures are over. */
  readonly seconds: number;
  /** Seconds in a match before. */
  readonly warmUp: number;
  readonly transport: 'grpc' | 'web';
  readonly edge: string;
}

/** Lets bots play, in a process of their own: what they cost is not measured with the services. */
export async function runBots(terms: BotsTerms, signal: AbortSignal): Promise<BotsReport> {
  const { players, seconds, warmUp, transport, edge } = terms;
  const flags = { players, seconds, 'warm-up': warmUp, transport, edge };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { code, output } = await run(node, [join(root, 'tools/bots/main.ts'), ...args, '--json'], {
    env: toolEnvironment(),
    signal,
  });
  if (code !== 0) throw new Error(`the bots failed: ${tail(output)}`);
  return JSON.parse(output) as BotsReport;
}
