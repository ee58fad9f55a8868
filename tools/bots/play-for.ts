import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { Crowd } from './crowd.ts';
import type { Figures } from './figures.ts';

export interface PlayTerms {
  /** 0: until stopped. */
  readonly seconds: number;
  /** Seconds after everybody has a seat, before figures begin. */
  readonly warmUp: number;
}

export interface PlayHooks {
  readonly stop: AbortSignal;
  readonly show: () => void;
  readonly showEveryMs: number;
}

/** Longest wait for everybody to have a seat. */
const SEATS_MS_MAX = 60_000;
/** How often it is looked whether they have. */
const LOOK_MS = 50;

/**
 * Gathers a crowd, lets it play for some time after its warm-up, and lets it leave, whatever happens. Returns the
 * figures of that time; stopped earlier, those until then.
 */
export async function playFor(crowd: Crowd, terms: PlayTerms, hooks: PlayHooks): Promise<Figures> {
  const { stop } = hooks;
  const showing = setInterval(hooks.show, hooks.showEveryMs);
  try {
    await Promise.race([crowd.gather(stop), stopped(stop)]);
    if (terms.warmUp > 0) await warmUp(crowd, terms.warmUp, stop);
    await (terms.seconds === 0 ? stopped(stop) : pass(terms.seconds * 1_000, stop));
    return crowd.figures();
  } finally {
    clearInterval(showing);
    await crowd.leave();
  }
}

async function warmUp(crowd: Crowd, seconds: number, stop: AbortSignal): Promise<void> {
  const untilMs = performance.now() + SEATS_MS_MAX;
  while (!crowd.isComplete && !stop.aborted) {
    if (performance.now() > untilMs) throw new Error(`not everybody had a seat within ${SEATS_MS_MAX / 1_000} s`);
    await pass(LOOK_MS, stop);
  }
  await pass(seconds * 1_000, stop);
  crowd.beginFigures();
}

/** Ends early when stopped; never rejects. */
async function pass(waitMs: number, stop: AbortSignal): Promise<void> {
  await wait(waitMs, undefined, { signal: stop }).catch(() => undefined);
}

async function stopped(stop: AbortSignal): Promise<void> {
  if (!stop.aborted) await once(stop, 'abort');
}
