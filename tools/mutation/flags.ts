import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { readCommand, type Told, whole } from '../command-line.ts';

/** What `npm run test:mutation` was asked for. */
export interface MutationFlags {
  /** Parts of paths, any of which must be met; all without. */
  readonly patterns: readonly string[];
  /** Only cuts whose code holds this. */
  readonly code?: string | undefined;
  /** Only those that no test is known to notice. */
  readonly unknown: boolean;
  readonly workers: number;
  /** Say what would be cut out, and try nothing. */
  readonly list: boolean;
  /** Write down, with the sources, which tests noticed. */
  readonly keep: boolean;
  readonly json: boolean;
}

export type Parsed = { readonly kind: 'flags'; readonly flags: MutationFlags } | Told;

const MORE = `
Finds every line of cleanup in services and packages/service-kit, takes out one at a time in a copy of the tree, and runs the
tests that reach it. Fails when one survives that tools/mutation/excuses.ts does not excuse.

  npm run test:mutation -- services/edge              one service
  npm run test:mutation -- trunk.ts --code clear      some lines of one file
  npm run test:mutation -- --unknown --keep           what is new; the tests that notice are noted
  npm run test:mutation -- --list                     what would be cut out`;

export function parseFlags(args: readonly string[]): Parsed {
  const command = new Command('npm run test:mutation --')
    .description('Proves that the tests notice when cleanup is missing.')
    .argument('[part of a path...]', 'only files whose path holds one of these')
    .option('--code <text>', 'only cuts whose code holds this')
    .option('--unknown', 'only cuts that no test is known to notice', false)
    .option('--workers <n>', 'mutants tried at once', whole(1, 64), 2 * availableParallelism())
    .option('--list', 'print what would be cut out, and try nothing', false)
    .option('--keep', 'note in tools/mutation/killers.json which tests noticed, to be asked first', false)
    .option('--json', 'print figures, one object per line, and nothing else', false)
    .addHelpText('after', MORE);
  return readCommand(command, args, () => {
    const options = command.opts<Omit<MutationFlags, 'patterns'>>();
    return { kind: 'flags', flags: { ...options, patterns: command.args } };
  });
}
