/**
 * What `npm start` leaves under .clew/ while it runs, for other commands on this machine: where the operators' listeners of
 * its processes are, and what they ask for. Only who started it may read it.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface StackNote {
  /** http://host:port of each process. */
  readonly opsUrls: readonly string[];
  /** CLEW_OPS_TOKEN of all of them. */
  readonly opsToken: string;
}

/** Of the `npm start` whose page is at this port. */
export const stackNotePath = (root: string, port: number) => join(root, '.clew', `stack-${port}.json`);

/** Leaves the note until it is disposed. */
export function leaveStackNote(path: string, note: StackNote): Disposable {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true }); // one that a killed run left keeps its own permissions
  writeFileSync(path, `${JSON.stringify(note)}\n`, { mode: 0o600 });
  return { [Symbol.dispose]: () => rmSync(path, { force: true }) };
}

/** Undefined where there is none, or none that can be read. */
export function readStackNote(path: string): StackNote | undefined {
  try {
    const { opsUrls, opsToken } = JSON.parse(readFileSync(path, 'utf8')) as Partial<StackNote>;
    return Array.isArray(opsUrls) && typeof opsToken === 'string' ? { opsUrls, opsToken } : undefined;
  } catch {
    return undefined;
  }
}
