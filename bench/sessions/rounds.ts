/** A way to do the same work; resolves with how much of it was done per second. */
export type Side = (seconds: number) => Promise<number>;

/**
 * Runs two sides in turns, so that what else the machine does meets both; tells the median of each, and of their ratios
 * round by round. The first round warms up and does not count.
 */
export async function inTurns(
  left: Side,
  right: Side,
  { rounds, seconds, say }: { readonly rounds: number; readonly seconds: number; readonly say: (line: string) => void },
): Promise<{ left: number; right: number; ratio: number }> {
  const done: { left: number; right: number }[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    // Which of them begins alternates, too.
    const [first, second] = round % 2 === 0 ? [left, right] : [right, left];
    const [one, other] = [await first(seconds), await second(seconds)];
    const result = round % 2 === 0 ? { left: one, right: other } : { left: other, right: one };
    if (round > 0) done.push(result);
    say(`  ${Math.round(result.left)}/s against ${Math.round(result.right)}/s${round === 0 ? ' (warm-up)' : ''}`);
  }
  return {
    left: median(done.map((result) => result.left)),
    right: median(done.map((result) => result.right)),
    ratio: median(done.map((result) => result.left / result.right)),
  };
}

/** Keeps `inFlight` pieces of work under way for so many seconds; how much was done per second. */
export async function keepInFlight(inFlight: number, seconds: number, work: () => Promise<number>): Promise<number> {
  const startMs = performance.now();
  const endMs = startMs + seconds * 1_000;
  let done = 0;
  const lane = async () => {
    while (performance.now() < endMs) {
      const more = await work(); // not in one expression: `done` would be read before the others add to it
      done += more;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return (done * 1_000) / (performance.now() - startMs);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
