/**
 * Packages of Debian and Ubuntu, where we may install them: as root, by apt-get. Their services are not started: we need the
 * programs, and a daemon that nobody asked for would hold ports and outlive us.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, tail } from './command.ts';

const POLICY = '/usr/sbin/policy-rc.d';

export interface Debian {
  /** e.g. "bookworm". */
  readonly codename: string;
  /** Where apt gets its packages from. */
  readonly mirror: string;
}

/** What this machine is, if it is Debian or Ubuntu and we are root. */
export function debianAsRoot(): Debian | undefined {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined;
  const codename = /^VERSION_CODENAME=(\w+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  const mirror = codename && mirrorOf(aptSources(), codename);
  return codename && mirror ? { codename, mirror } : undefined;
}

/**
 * The first mirror that carries the distribution itself (suite = codename): of a one-line source
 * (`deb [options] URI suite components`) or of a deb822 stanza (`URIs:`, `Suites:`); see sources.list(5).
 */
export function mirrorOf(sources: readonly string[], codename: string): string | undefined {
  for (const text of sources) {
    for (const stanza of text.split(/\n\s*\n/)) {
      const suites = /^Suites:\s*(.+)$/m.exec(stanza)?.[1]?.split(/\s+/) ?? [];
      const uri = /^URIs:\s*(\S+)/m.exec(stanza)?.[1];
      if (uri && suites.includes(codename)) return uri;
    }
    for (const [, uri, suite] of text.matchAll(/^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/gm)) {
      if (suite === codename) return uri;
    }
  }
  return undefined;
}

function aptSources(): string[] {
  const folder = '/etc/apt/sources.list.d';
  const more = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  return ['/etc/apt/sources.list', ...more].filter(existsSync).map((path) => readFileSync(path, 'utf8'));
}

/** Installs packages; throws with apt's last words when that fails. */
export async function installPackages(names: readonly string[], signal?: AbortSignal): Promise<void> {
  using _ = withoutStartingServices();
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = () => run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...names], { env, signal });
  let result = await install();
  if (result.code !== 0) {
    // The list of packages is missing or out of date.
    await run('apt-get', ['update', '-q'], { env, signal });
    result = await install();
  }
  if (result.code !== 0) throw new Error(`apt-get install ${names.join(' ')} failed:\n${tail(result.output)}`);
}

/** Debian asks this script whether a package may start its service; see invoke-rc.d(8). */
function withoutStartingServices(): Disposable {
  if (existsSync(POLICY)) return { [Symbol.dispose]() {} };
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  return { [Symbol.dispose]: () => rmSync(POLICY, { force: true }) };
}
