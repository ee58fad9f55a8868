import { milliseconds } from '../config.ts';
import { run } from '../run.ts';

/**
 * A service of a test of run(): tells its steps on stdout, behaves by EXAMPLE_START and EXAMPLE_STOP
 * ("well", "throws", "hangs").
 */
const tell = (step: string) => process.stdout.write(`step: ${step}\n`);

async function behave(how: string | undefined, signal?: AbortSignal): Promise<void> {
  if (how === 'throws') throw new Error('as told');
  if (how === 'hangs') await new Promise(() => {});
  if (how === 'obeys') {
    await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
  }
}

await run<{ readonly STOP_MS: number }>(process, {
  name: 'example',
  fields: { STOP_MS: milliseconds(300) },
  stopMs: ({ STOP_MS: stopMs }) => stopMs,
  async start(_config: unknown, log, signal) {
    // What keeps a real service alive: its listeners.
    setInterval(() => {}, 1_000);
    tell('starting');
    await behave(process.env.EXAMPLE_START, signal);
    log.info('serves');
    tell('started');
    if (process.env.EXAMPLE_LATER === 'throws') setImmediate(() => void Promise.reject(new Error('nobody caught')));
    return {
      async [Symbol.asyncDispose]() {
        tell('stopping');
        await behave(process.env.EXAMPLE_STOP);
        tell('disposed');
      },
    };
  },
});
