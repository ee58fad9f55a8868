/** deploy/compose.yaml, as data. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from '../tools/setup.mjs';

interface ComposeService {
  readonly image: string;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly read_only?: boolean;
}

interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
}

export function readCompose(): ComposeFile {
  return parse(readFileSync(join(root, 'deploy/compose.yaml'), 'utf8'), { merge: true });
}

/** Names of the services that are Clew's own. */
export function clewServices({ services }: ComposeFile): string[] {
  return Object.keys(services).filter((name) => services[name]!.image.startsWith('${CLEW_IMAGE'));
}
