/**
 * Makes a machine fit for the tests beyond Node: a Docker engine, an image with Redis, a Redis on PATH, a Chromium, Prometheus
 * and Alertmanager. What is there is used; on Debian and Ubuntu as root the rest is installed; elsewhere the fault says what
 * is missing.
 */
import { join } from 'node:path';
import { root, SetupFault } from '../setup.mjs';
import { debianAsRoot, installPackages } from './debian.ts';
import { engineAnswers, removeTestContainers, startEngine, useEngine } from './docker.ts';
import { findProgram } from './programs.ts';
import { redisImage } from './redis-image.ts';

export type Need = 'docker' | 'redis' | 'chromium' | 'prometheus';

/** What a machine may have in place of a package. */
const programs: Readonly<Record<string, readonly string[]>> = {
  'docker.io': ['dockerd'],
  debootstrap: ['debootstrap'],
  'redis-server': ['redis-server', 'valkey-server'],
  chromium: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  prometheus: ['promtool'],
  'prometheus-alertmanager': ['amtool'],
};

const packagesFor: Readonly<Record<Need, readonly string[]>> = {
  docker: ['docker.io', 'debootstrap'],
  redis: ['redis-server'],
  chromium: ['chromium'],
  prometheus: ['prometheus', 'prometheus-alertmanager'],
};

export interface PreparedMachine extends AsyncDisposable {
  /** What tests read: where the image and the browser are. */
  readonly env: Readonly<Record<string, string>>;
}

export async function prepareMachine(
  needs: ReadonlySet<Need>,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<PreparedMachine> {
  await using owned = new AsyncDisposableStack();
  const env: Record<string, string> = {};
  if (needs.has('docker')) owned.use(useEngine());
  const engineRuns = needs.has('docker') && (await engineAnswers());
  await installMissing(
    [...needs].filter((need) => !(need === 'docker' && engineRuns)),
    say,
    signal,
  );
  if (needs.has('docker')) {
    if (!engineRuns) {
      say('starting dockerd (log in .clew/dockerd.log)');
      owned.use(await startEngine(join(root, '.clew', 'dockerd.log'), say, signal));
    }
    owned.defer(() => removeTestContainers(process.pid));
    await removeTestContainers(process.pid);
    env.CLEW_TEST_REDIS_IMAGE = await redisImage(say);
    env.CLEW_TEST_RUN = String(process.pid);
    // Testcontainers' own reaper is an image that may not be had; what a run leaves is removed above.
    env.TESTCONTAINERS_RYUK_DISABLED = 'true';
  }
  if (needs.has('chromium')) env.CLEW_CHROMIUM = requireProgram('chromium', 'CLEW_CHROMIUM');
  if (needs.has('redis')) requireProgram('redis-server');
  for (const name of needs.has('prometheus') ? packagesFor.prometheus : []) requireProgram(name);
  const kept = owned.move();
  return { env, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

async function installMissing(needs: readonly Need[], say: (line: string) => void, signal: AbortSignal): Promise<void> {
  const missing = needs.flatMap((need) => packagesFor[need]).filter((name) => !findProgram(programs[name]!));
  if (missing.length === 0 || !debianAsRoot()) return;
  say(`installing ${missing.join(', ')}`);
  await installPackages(missing, signal);
}

function requireProgram(name: string, variable?: string): string {
  const found = (variable && process.env[variable]) || findProgram(programs[name]!);
  if (found) return found;
  throw new SetupFault(`${name} is missing: install it${variable ? `, or say where it is: ${variable}=/path` : ''}`);
}
