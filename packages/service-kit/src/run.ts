import type { z } from 'zod';
import { ConfigError, parseConfig, serviceFields } from './config.ts';
import { createLog, type Log } from './log.ts';
import { exportsOf, oldGenerationLimitBytes, type ProcessContext, systemLimitBytes } from './process-context.ts';
import { ProcessMark } from './process-mark.ts';

/**
 * The life of a service process: read the configuration, start, wait for a reason to stop, stop in order, exit.
 *
 * R1 A bad configuration is told on stderr, all faults at once, before anything listens; exit code 1.
 * R2 The first SIGTERM or SIGINT stops gracefully, a second at once.
 * R3 Under a supervisor (CLEW_SUPERVISED=1) the end of stdin is a reason to stop: no orphan outlives it.
 * R4 Stopping is bounded, also while the start is still under way: `stopMs` after the reason to stop the process ends
 *    with exit code 1 and says so.
 * R5 Whoever stopped in order leaves a mark that says so; the next start finds it, or finds it missing.
 */
export interface ServiceProcess<Config> {
  /** "session", "edge"…; a stable name of the instance may be configured as CLEW_NAME. */
  readonly name: string;
  /** Fields of the configuration beyond those that every service has. */
  readonly fields: z.ZodRawShape;
  /** Resolves when the service serves; what it resolves to is disposed at the end. `signal` aborts a start under way. */
  readonly start: (config: Config, log: Log, signal: AbortSignal, context: ProcessContext) => Promise<AsyncDisposable>;
  /** Bound of a graceful stop; DEFAULT_STOP_MS when not given. */
  readonly stopMs?: (config: Config) => number;
}

export const DEFAULT_STOP_MS = 4_000;

/** Runs until told to stop. The only caller is a service's main.ts, which passes the real `process`. */
export async function run<Config>(host: NodeJS.Process, service: ServiceProcess<Config>): Promise<void> {
  const config = readConfig(host, service.fields);
  const name = config.NAME ?? service.name;
  const log = createLog({ name, level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  const stop = new AbortController();
  const stopMs = service.stopMs?.(config as Config) ?? DEFAULT_STOP_MS;

  const ask = (why: string) => {
    if (stop.signal.aborted) return;
    log.info(`stopping: ${why}`);
    setTimeout(() => {
      log.error(`did not stop within ${stopMs} ms`); // R4
      host.exit(1);
    }, stopMs);
    stop.abort(new Error(`stopping: ${why}`));
  };
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    host.on(name, () => (stop.signal.aborted ? host.exit(1) : ask(name))); // R2
  }
  host.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught exception');
    host.exit(1);
  });
  if (host.env.CLEW_SUPERVISED === '1') {
    host.stdin.on('end', () => ask('the supervisor is gone')); // R3
    host.stdin.on('error', () => ask('the supervisor is gone'));
    host.stdin.resume();
  }

  const mark = new ProcessMark({ redisUrl: config.REDIS_URL, name, log });
  const flags = [...host.execArgv, host.env.NODE_OPTIONS ?? ''].join(' ');
  const exports = exportsOf(config.TELEMETRY === 'off' ? {} : host.env);
  const context: ProcessContext = {
    exports,
    heapLimitBytes: oldGenerationLimitBytes(flags),
    systemLimitBytes: systemLimitBytes(),
    start: mark,
  };
  try {
    const traces = exports.traces ? (await import('./telemetry/sdk.ts')).startTraces(service.name, name) : undefined;
    const running = await service.start(config as Config, log, stop.signal, context);
    if (!stop.signal.aborted) {
      await new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve(), { once: true }));
    }
    await running[Symbol.asyncDispose]();
    await Promise.all([mark.stopped(), traces?.[Symbol.asyncDispose]()]); // R5
    log.info('stopped');
    host.exit(0);
  } catch (error) {
    if (error === stop.signal.reason) {
      await mark.stopped(); // R5
      host.exit(0);
    }
    log.fatal({ err: error }, stop.signal.aborted ? 'stopped badly' : 'cannot start');
    host.exit(1);
  }
}

function readConfig(host: NodeJS.Process, fields: z.ZodRawShape) {
  try {
    return parseConfig({ ...serviceFields, ...fields }, host.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    host.stderr.write(`${error.message}\n`); // R1
    return host.exit(1);
  }
}
