import pino, { type Logger } from 'pino';
import pretty from 'pino-pretty';

export type Log = Logger;

export interface LogOptions {
  /** The process' stable name, e.g. "edge-1". */
  readonly name: string;
  readonly level: string;
  readonly format: 'json' | 'pretty';
}

/** JSON lines on stdout, or readable ones. Never log player, session or match ids in cached bindings (M7). */
export function createLog({ name, level, format }: LogOptions): Log {
  const options = { name, level, timestamp: pino.stdTimeFunctions.isoTime };
  if (format === 'json') return pino(options);
  return pino(
    options,
    pretty({ colorize: process.stdout.isTTY, ignore: 'pid,hostname', singleLine: true, sync: true }),
  );
}
