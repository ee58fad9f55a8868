/**
 * Loaded before a service (`node --import …/profile/probe/main.ts`), by benches only: SIGUSR2 begins a CPU profile, the next
 * one ends it and leaves it at CLEW_PROFILE_PATH, whole or not at all. So a profile is of players playing, not of the start.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

const path = process.env.CLEW_PROFILE_PATH;
if (path === undefined) throw new Error('the probe needs CLEW_PROFILE_PATH');
const INTERVAL_US = 500;

let session: Session | undefined;
process.on('SIGUSR2', () => void (session === undefined ? begin() : end(session)));

async function begin(): Promise<void> {
  session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: INTERVAL_US });
  await session.post('Profiler.start');
}

async function end(ending: Session): Promise<void> {
  session = undefined;
  const { profile } = await ending.post('Profiler.stop');
  ending.disconnect();
  writeFileSync(`${path}.part`, JSON.stringify(profile));
  renameSync(`${path}.part`, path!);
}
