import { Session } from 'node:inspector/promises';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * What a live process spends its time and memory on, as Chromium's developer tools read it. Sampled: a process at work hardly
 * notices. One at a time, and bounded by the caller.
 */

/** Where the CPU goes for so long: a .cpuprofile. */
export async function cpuProfile(ms: number, signal: AbortSignal): Promise<string> {
  return profiled(async (session) => {
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
    await pause(ms, undefined, { signal });
    return (await session.post('Profiler.stop')).profile;
  });
}

/** Who allocates what is still there after so long: a .heapprofile. */
export async function heapProfile(ms: number, signal: AbortSignal): Promise<string> {
  return profiled(async (session) => {
    await session.post('HeapProfiler.enable');
    await session.post('HeapProfiler.startSampling', { samplingInterval: 32_768 });
    await pause(ms, undefined, { signal });
    return (await session.post('HeapProfiler.stopSampling')).profile;
  });
}

async function profiled(run: (session: Session) => Promise<unknown>): Promise<string> {
  const session = new Session();
  session.connect();
  try {
    return JSON.stringify(await run(session));
  } finally {
    session.disconnect(); // which ends whatever was begun
  }
}
