import { setTimeout as wait } from 'node:timers/promises';

/** Asks again until it is so; rejects with what was waited for when it takes longer than `withinMs`. */
export async function until<Answer>(
  what: string,
  ask: () => Answer | undefined | false | Promise<Answer | undefined | false>,
  withinMs = 20_000,
): Promise<Answer> {
  const deadlineMs = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadlineMs) throw new Error(`waited ${withinMs} ms in vain until ${what}`);
    await wait(5);
  }
}
