import { isIPv4 } from 'node:net';
import { z } from 'zod';
import { parseRedisUrl } from './redis-url.ts';

/** A fault in the environment: its message names every variable that is wrong, one per line. */
export class ConfigError extends Error {}

/** A number of milliseconds, at least `min`. */
export const milliseconds = (fallback: number, min = 1) => z.coerce.number().int().min(min).default(fallback);

/** How many: a whole number from `min` to `max`. */
export const count = (fallback: number, min = 1, max = Number.MAX_SAFE_INTEGER) =>
  z.coerce.number().int().min(min).max(max).default(fallback);

/** A TCP port; 0 lets the system choose. */
export const port = (fallback: number) => z.coerce.number().int().min(0).max(65_535).default(fallback);

/** A host:port. */
export const address = () => z.string().regex(/^[^\s:]+:\d{1,5}$/, 'must be host:port');

/** Where the instances of a service are: a list of IPv4 literals with ports, or one name with a port, for DNS to resolve. */
export const addresses = () =>
  z
    .string()
    .transform((list) => list.split(',').map((entry) => entry.trim()))
    .pipe(
      z
        .array(address())
        .min(1)
        .refine(
          (list) => list.length === 1 || list.every((entry) => isIPv4(entry.slice(0, entry.lastIndexOf(':')))),
          'several must be IPv4 literals; a name stands for all instances by itself',
        ),
    );

/** What every service reads: where Redis is, where to listen, how to log and tell. Names in the environment: CLEW_ + field. */
export const serviceFields = {
  /** The instance's name in metrics and logs, stable over restarts: "edge-1". The service's own when not given. */
  NAME: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'must be 1 to 63 letters, digits, dots, dashes and underscores')
    .optional(),
  REDIS_URL: z
    .string()
    .refine(
      (url) => parseRedisUrl(url) !== undefined,
      'must be redis://…, redis+sentinel://…/master or redis+cluster://…',
    )
    .default('redis://127.0.0.1:6379'),
  HOST: z.string().min(1).default('127.0.0.1'),
  GRPC_PORT: port(0),
  OPS_PORT: port(0),
  /** Whoever shows it on the operators' listener may profile this process; without one nobody may. */
  OPS_TOKEN: z.string().min(16).optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  LOG_FORMAT: z.enum(['json', 'pretty']).default('json'),
  /** Metrics: loaded at the start, when somebody asks for the first time, or never. */
  TELEMETRY: z.enum(['on', 'lazy', 'off']).default('lazy'),
  /** From this share of its memory limit on, a process takes nobody new in. */
  MEMORY_SHED_PERCENT: count(85, 1, 100),
};

/**
 * Reads CLEW_* variables by a schema whose fields are their names without the prefix. Pure: reports all faults at once,
 * as a ConfigError, before anything listens. The result is frozen.
 */
export function parseConfig<Shape extends z.ZodRawShape>(
  shape: Shape,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<z.output<z.ZodObject<Shape>>> {
  const input: Record<string, string> = {};
  for (const field of Object.keys(shape)) {
    const value = env[`CLEW_${field}`];
    if (value !== undefined && value !== '') input[field] = value;
  }
  const result = z.object(shape).safeParse(input);
  if (!result.success) {
    const faults = result.error.issues.map((issue) => `CLEW_${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(faults.join('\n'));
  }
  return Object.freeze(result.data);
}
