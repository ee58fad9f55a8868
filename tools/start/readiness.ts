import { setTimeout as delay } from 'node:timers/promises';

const ASK_EVERY_MS = 50;
const ANSWER_WITHIN_MS = 1_000;

/** Resolves when `GET opsUrl/readyz` answers 200; rejects when `signal` aborts. */
export async function untilReady(opsUrl: string, signal: AbortSignal): Promise<void> {
  while (!(await isReady(opsUrl))) {
    signal.throwIfAborted();
    await delay(ASK_EVERY_MS, undefined, { signal });
  }
}

async function isReady(opsUrl: string): Promise<boolean> {
  try {
    const response = await fetch(`${opsUrl}/readyz`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false; // Nobody listens yet, or answers in time.
  }
}
