import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, tail } from '../tools/machine/command.ts';
import { root, SetupFault, toolEnvironment } from '../tools/setup.mjs';

/**
 * What a bench compares Clew with lives under bench/peers/NAME, a package with a lock file of its own, so that nobody who
 * does not measure installs it. Installed when it is asked for, and again when the lock file changed.
 */
export const peersFolder = join(root, 'bench/peers');

/** Returns the peer's folder, ready to run. Rejects with a SetupFault that says what is missing. */
export async function preparePeer(
  name: string,
  say: (line: string) => void,
  options: { readonly folder?: string; readonly signal?: AbortSignal } = {},
): Promise<string> {
  const folder = join(options.folder ?? peersFolder, name);
  const lock = join(folder, 'package-lock.json');
  if (!existsSync(lock)) throw new SetupFault(`there is no peer ${name}: ${lock} is missing`);
  const stamp = join(folder, 'node_modules/.stamp');
  const wanted = createHash('sha256').update(readFileSync(lock)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return folder;
  say(`installing ${name} …`);
  const { code, output } = await run('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], {
    cwd: folder,
    env: toolEnvironment(),
    signal: options.signal,
  });
  if (code !== 0) throw new SetupFault(`${name} cannot be installed: ${tail(output)}`);
  writeFileSync(stamp, wanted);
  return folder;
}
