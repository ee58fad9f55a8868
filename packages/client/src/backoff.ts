import type { ClientLimits } from './client-limits.ts';

/**
 * How long to wait before attempt number `attempt` (from 1): a random part of a ceiling that doubles, so that players
 * of a dead edge do not come back in one wave ("full jitter"), after the wait that the edge asked for, if it did.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(
  attempt: number,
  limits: Pick<ClientLimits, 'backoffMs' | 'backoffMsMax'>,
  random: () => number,
  retryMs = 0,
): number {
  const ceilingMs = Math.min(limits.backoffMsMax, limits.backoffMs * 2 ** Math.min(attempt - 1, 30));
  return retryMs + random() * ceilingMs;
}
