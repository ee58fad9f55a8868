import { invalidField } from '@clew/service-kit/service-error';

const unitMs: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 0.001, n: 0.000_001 };
/** Longer than any timer can be; as good as none. */
const longestMs = 2 ** 31 - 1;

/** Milliseconds of a `grpc-timeout` header; undefined where there is none. Throws INVALID_ARGUMENT naming it. */
export function timeoutMs(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const [, digits, unit] = /^(\d{1,8})([HMSmun])$/.exec(header) ?? [];
  const factor = unit === undefined ? undefined : unitMs[unit];
  if (factor === undefined) throw invalidField('grpc-timeout', 'must be up to 8 digits and one of H, M, S, m, u, n');
  return Math.min(Math.ceil(Number(digits) * factor), longestMs);
}
