/** How long to wait before attempt `attempt` (0 is the first retry): a random part of a doubling bound, never 0. */
export function backoffMs(attempt: number, firstMs: number, longestMs: number, random = Math.random): number {
  const bound = Math.min(firstMs * 2 ** Math.min(attempt, 20), longestMs);
  return Math.max(1, Math.round(bound * (0.5 + random() / 2)));
}
