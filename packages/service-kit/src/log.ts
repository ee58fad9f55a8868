import { writeSync } from 'node:fs';
import pino, { type DestinationStream, type Logger } from 'pino';
import pretty from 'pino-pretty';
import { traceFields } from './telemetry/tracing.ts';

export type Log = Logger;

export interface LogOptions {
  /** The process' stable name, e.g. "edge-1". */
  readonly name: string;
  readonly level: string;
  readonly format: 'json' | 'pretty';
}

/** JSON lines on stdout, with the ids of the trace that they belong to, or readable ones. Never log player, session or match ids in cached bindings (M7). */
export function createLog({ name, level, format }: LogOptions): Log {
  const options = { name, level, timestamp: pino.stdTimeFunctions.isoTime, mixin: traceFields };
  if (format === 'json') return pino(options, standardOutput());
  return pino(
    options,
    pretty({ colorize: process.stdout.isTTY, ignore: 'pid,hostname', singleLine: true, sync: true }),
  );
}

/**
 * Lines leave at once or not at all, so nothing queues (M3) and nothing is left to write at the exit. pino's own
 * destination sleeps while the reader is slow, and when the reader is gone it tries for ever to write its last lines: a
 * service would outlive its killed supervisor.
 */
function standardOutput(): DestinationStream {
  return {
    write: (line) => {
      try {
        writeSync(1, line);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'EPIPE' && code !== 'EAGAIN') throw error;
      }
    },
  };
}
