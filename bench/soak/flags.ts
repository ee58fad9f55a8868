import { Command } from 'commander';
import { number, readCommand, type Told } from '../../tools/command-line.ts';

/** What `npm run soak` was asked for. */
export interface SoakFlags {
  readonly minutes: number;
  /** Where the picture goes. */
  readonly svg: string;
}

export type Parsed = { readonly kind: 'flags'; readonly flags: SoakFlags } | Told;

const MINUTES_MAX = 7 * 24 * 60;

export function parseFlags(args: readonly string[]): Parsed {
  const command = new Command('npm run soak --')
    .description(
      'Lets sessions end in every way, round after round, over every door, and draws heap, RSS and sessions over time. ' +
        'Ends with exit code 1 when anything was left behind.',
    )
    .option('--minutes <n>', 'for how long; the last round is finished', number(0.01, MINUTES_MAX), 10)
    .option('--svg <file>', 'where the picture goes', 'soak.svg');
  return readCommand(command, args, () => ({ kind: 'flags', flags: command.opts<SoakFlags>() }));
}
