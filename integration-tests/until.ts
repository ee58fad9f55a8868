/**
 * Asks again until the answer is there; rejects with what was waited for when it takes longer than `withinMs`.
 */
export async function until<Answer>(
  what: string,
  ask: () => Answer | undefined | false | Promise<Answer | undefined | false>,
  withinMs = 20_000,
): Promise<Answer> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Asks again until the list is empty; rejects with what is still in it. */
export async function untilEmpty(
  what: string,
  ask: () => Promise<readonly string[]>,
  withinMs = 20_000,
): Promise<void> {
  let left: readonly string[] = [];
  const isEmpty = async () => {
    left = await ask();
    return left.length === 0;
  };
  try {
    await until(what, isEmpty, withinMs);
  } catch (error) {
    throw new Error(`${(error as Error).message}; left:\n${left.join('\n')}`);
  }
}
