import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** A line that is longer is cut: a child that never ends its line must not fill our memory. */
export const LINE_CHARACTERS_MAX = 16_384;

/** Calls `onLine` for each line of a child's output, the last one too if it has no end. */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const take = (text: string) => {
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(0, LINE_CHARACTERS_MAX);
    for (const line of lines) onLine(line.slice(0, LINE_CHARACTERS_MAX));
  };
  stream.on('data', (chunk: Buffer) => take(decoder.write(chunk)));
  stream.on('end', () => {
    take(decoder.end());
    if (rest !== '') onLine(rest);
  });
}

/** A line of a log, as people read it. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** The message, then what else the record holds as `key=value`. */
  readonly text: string;
}

/** What every record of pino holds, and nobody wants to read on each line. */
const silent = new Set(['level', 'time', 'pid', 'hostname', 'name', 'msg', 'err']);

/** `1234:M 22 Nov 2026 15:52:35.733 # Server initialized`: process, role, time, importance, text. */
const REDIS_LINE = /^\d+:\S+ (?:\(\d+\)|.*? [.*#-]) (.*)$/;

/** Understands pino's JSON lines and those of Redis; any other line is text. */
export function parseLogLine(line: string): LogLine {
  const ofRedis = REDIS_LINE.exec(line)?.[1];
  if (ofRedis !== undefined) return { level: 'debug', text: ofRedis };
  const record = parseRecord(line);
  if (!record) return { level: 'info', text: line };
  const fields = Object.entries(record)
    .filter(([key]) => !silent.has(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const text = [String(record.msg ?? ''), ...fields, ...errorText(record.err)].filter((part) => part !== '');
  return { level: levelOf(record.level), text: text.join(' ') };
}

function parseRecord(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function levelOf(level: unknown): LogLine['level'] {
  if (typeof level !== 'number' || level === 30) return 'info';
  if (level < 30) return 'debug';
  return level < 50 ? 'warn' : 'error';
}

function errorText(error: unknown): string[] {
  if (typeof error !== 'object' || error === null) return [];
  const { message, stack } = error as { message?: unknown; stack?: unknown };
  return [String(stack ?? message ?? JSON.stringify(error))];
}
