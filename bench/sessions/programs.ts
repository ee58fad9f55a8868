import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { node, root, toolEnvironment } from '../../tools/setup.mjs';
import { freePorts } from '../../tools/start/ports.ts';
import { untilReady } from '../../tools/start/readiness.ts';
import { heldBytes } from './held-bytes.ts';

const READY_MS = 30_000;

/** A session service in a process of its own, as it is deployed. */
export interface SessionProcess extends AsyncDisposable {
  readonly address: string;
  readonly pid: number;
  /** Heap used and external memory after a forced garbage collection. */
  heldBytes(): Promise<number>;
}

export async function startSessionProcess(
  redisUrl: string,
  env: Readonly<Record<string, string>>,
  stop: AbortSignal,
): Promise<SessionProcess> {
  const [grpcPort, opsPort, inspectorPort] = await freePorts(3);
  const child = start([`--inspect=127.0.0.1:${inspectorPort}`, join(root, 'services/session/src/main.ts')], {
    ...{ CLEW_SUPERVISED: '1', CLEW_LOG_LEVEL: 'warn', CLEW_REDIS_URL: redisUrl },
    ...{ CLEW_GRPC_PORT: String(grpcPort), CLEW_OPS_PORT: String(opsPort), ...env },
  });
  await untilReady(`http://127.0.0.1:${opsPort}`, AbortSignal.any([stop, AbortSignal.timeout(READY_MS)]));
  return {
    address: `127.0.0.1:${grpcPort}`,
    pid: child.pid!,
    heldBytes: () => heldBytes(inspectorPort!),
    [Symbol.asyncDispose]: () => end(child),
  };
}

/** A bare grpc-js server that answers creates with their own bytes. */
export async function startEcho(): Promise<{ readonly address: string } & AsyncDisposable> {
  const [port] = await freePorts(1);
  const child = start([join(root, 'bench/sessions/echo/main.ts'), String(port)], {});
  return { address: `127.0.0.1:${port}`, [Symbol.asyncDispose]: () => end(child) };
}

/** It ends when its standard input does, so also with us. */
function start(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  const child = spawn(node, args, { env: { ...toolEnvironment(), ...env }, stdio: ['pipe', 'ignore', 'pipe'] });
  // The inspector greets there; what else is said tells why it does not work.
  child.stderr.on('data', (text: Buffer) => {
    if (!/Debugger|inspector/.test(text.toString())) process.stderr.write(text);
  });
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = once(child, 'exit');
  child.stdin?.end();
  await gone;
}
