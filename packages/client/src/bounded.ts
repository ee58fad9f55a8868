import { Status } from 'nice-grpc-common';
import { ClewError } from './clew-error.ts';

/**
 * Runs what takes a signal for at most `limitMs`, and no longer than the outer signal lives. Leaves no timer and no
 * listener behind. The reason of an abort is a ClewError.
 */
export async function bounded<Answer>(
  limitMs: number,
  run: (signal: AbortSignal) => Promise<Answer>,
  outer?: AbortSignal,
): Promise<Answer> {
  const controller = new AbortController();
  const stop = () => controller.abort(outer?.reason);
  const timer = setTimeout(
    () => controller.abort(new ClewError(Status.DEADLINE_EXCEEDED, 'UNREACHABLE', `no answer within ${limitMs} ms`)),
    limitMs,
  );
  if (outer?.aborted) stop();
  outer?.addEventListener('abort', stop, { once: true });
  try {
    return await run(controller.signal);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', stop);
  }
}
