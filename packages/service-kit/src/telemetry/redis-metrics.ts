import type { Command, Redis } from 'ioredis';
import { scriptName, scriptNames } from '../lua-script.ts';
import { secondsBoundaries } from './histogram.ts';
import type { Telemetry } from './telemetry.ts';
import { isTraced, openSpan } from './tracing.ts';

/** Commands and scripts are written in the code; there are some dozens. */
const operationsMax = 100;

/** What a connection's commands take and how they fail, each script under its own name. */
export function measureRedis({ instruments, isOn }: Telemetry, redis: Redis): void {
  if (!isOn) return;
  const durations = instruments.histograms(
    { name: 'db.client.operation.duration', unit: 's', description: 'What commands and scripts of Redis took.' },
    secondsBoundaries,
    operationsMax,
  );
  // There from the start, at 0: the number of series must not grow with what players meet.
  for (const name of scriptNames()) durations.of({ 'db.operation.name': name });
  let errors = 0;
  instruments.counter(
    { name: 'clew.redis.errors', unit: '1', description: 'Commands that failed: Redis away, too slow, or refusing.' },
    () => errors,
  );
  instruments.gauge(
    { name: 'clew.redis.connected', unit: '{connection}', description: '1 while the connection to Redis stands.' },
    () => (redis.status === 'ready' ? 1 : 0),
  );
  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (command: Command, ...rest) => {
    const startMs = performance.now();
    const span = isTraced() ? commandSpan(command) : undefined;
    const durationOf = () => (performance.now() - startMs) / 1_000;
    command.promise.then(
      () => {
        durations.of(attributesOf(command)).record(durationOf());
        span?.end();
      },
      (error: unknown) => {
        span?.end(errorType(error));
        if (isUnknownScript(error)) return; // it is sent whole next
        errors += 1;
        durations.of({ ...attributesOf(command), 'error.type': errorType(error) }).record(durationOf());
      },
    );
    return send(command, ...rest);
  };
}

function commandSpan(command: Command) {
  const attributes = { 'db.system.name': 'redis', ...attributesOf(command) };
  return openSpan(attributes['db.operation.name'], { kind: 'CLIENT', attributes });
}

function attributesOf({ name, args }: Command) {
  const command = name.toLowerCase();
  const script = command.startsWith('eval') ? scriptName(String(args[0])) : undefined;
  return { 'db.operation.name': script ?? command };
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

/** The first word of what Redis answers, e.g. "OOM"; otherwise the way to it failed. */
function errorType(error: unknown): string {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return 'away';
  return /^[A-Z]{2,16}(?= |$)/.exec(error.message)?.[0] ?? 'other';
}
