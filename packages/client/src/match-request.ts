import type { FindMatchResponse } from '@clew/protocol/clew/play/v1/play.ts';
import { Status } from 'nice-grpc-common';
import { backoffMs } from './backoff.ts';
import { ClewError } from './clew-error.ts';
import type { ClientLimits } from './client-limits.ts';
import type { Lifeline } from './lifeline.ts';

/**
 * FindMatch, again while the edge cannot serve it or the stream is just being opened, for as long as the patience lasts.
 * One request id: however often it was heard, there is one ticket. Rejects with a ClewError, also when the line is closed.
 */
export async function askForMatch(
  line: Lifeline,
  limits: ClientLimits,
  now: () => number,
  random: () => number,
): Promise<{ readonly answer: FindMatchResponse; readonly tookMs: number }> {
  const request = { requestId: crypto.randomUUID() };
  const startedMs = now();
  for (let attempt = 1; ; attempt += 1) {
    const askedMs = now();
    try {
      const answer = await line.call((connection, token, signal) => connection.findMatch(request, token, signal));
      return { answer, tookMs: now() - askedMs };
    } catch (thrown) {
      const error = ClewError.from(thrown);
      if (!isPassing(error) || now() - startedMs > limits.patienceMs) throw error;
      await line.pause(backoffMs(attempt, limits, random, error.retryMs));
    }
  }
}

function isPassing({ code, reason }: ClewError): boolean {
  if (code === Status.UNAVAILABLE || code === Status.DEADLINE_EXCEEDED) return true;
  return reason === 'NO_STREAM' || reason === 'WRONG_EDGE';
}
