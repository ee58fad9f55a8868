/** Waits for a condition, looking at it every few milliseconds; fails with the description after a generous while. */
export async function until(description: string, condition: () => boolean, limitMs = 20_000): Promise<void> {
  const startedMs = performance.now();
  while (!condition()) {
    if (performance.now() - startedMs > limitMs) throw new Error(`never came true: ${description}`);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}
