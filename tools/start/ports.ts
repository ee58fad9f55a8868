import { createServer } from 'node:net';

/**
 * Ports for the processes of a stack. They are chosen up front, because a process that is restarted must come back where the
 * others look for it. So they must not be of the range that the system hands out to outgoing connections (on Linux from
 * 32768): while a process is away, somebody's connection could take its port.
 */
const FIRST = 12_000;
const LAST = 32_000;

/** `count` different ports of `host` that nobody listens on now. */
export async function freePorts(count: number, host = '127.0.0.1'): Promise<number[]> {
  const ports: number[] = [];
  let candidate = FIRST + Math.floor(Math.random() * (LAST - FIRST));
  for (let tried = 0; ports.length < count; tried += 1) {
    if (tried > LAST - FIRST) throw new Error(`no ${count} free ports between ${FIRST} and ${LAST}`);
    if (await isFree(candidate, host)) ports.push(candidate);
    candidate = candidate < LAST ? candidate + 1 : FIRST;
  }
  return ports;
}

/** True when one can listen there now. */
export function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
