import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { node, toolEnvironment } from '../../tools/setup.mjs';
import { freePorts } from '../../tools/start/ports.ts';
import { SERVER_CORE } from './process-figures.ts';
import type { Server } from './server.ts';

/**
 * Starts a peer's program on the servers' core; it gets a port and `more` as arguments and says "serving" when it does.
 * Whatever else it prints is `onLine`'s.
 */
export async function startPeer(
  program: string,
  scheme: 'http' | 'ws',
  more: readonly string[] = [],
  onLine: (line: string) => void = () => {},
): Promise<Server> {
  const [port] = await freePorts(1);
  const command = ['--cpu-list', String(SERVER_CORE), node, program, String(port), ...more];
  const child = spawn('taskset', command, {
    env: { ...toolEnvironment(), NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { promise: serving, resolve, reject } = Promise.withResolvers<void>();
  createInterface(child.stdout).on('line', (line) => (line === 'serving' ? resolve() : onLine(line)));
  child.once('error', reject).once('exit', (code) => reject(new Error(`${program} ended with code ${code}`)));
  await serving;
  return {
    address: `${scheme}://127.0.0.1:${port}`,
    pids: { server: child.pid ?? 0 },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}
