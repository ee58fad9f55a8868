import { Command, CommanderError, InvalidArgumentError } from 'commander';

/** What `npm run soak` was asked for. */
export interface SoakFlags {
  readonly minutes: number;
  /** Where the picture goes. */
  readonly svg: string;
}

export type Parsed =
  | { readonly kind: 'flags'; readonly flags: SoakFlags }
  | { readonly kind: 'help'; readonly text: string }
  /** One line for people. */
  | { readonly kind: 'fault'; readonly message: string };

const MINUTES_MAX = 7 * 24 * 60;

export function parseFlags(args: readonly string[]): Parsed {
  let help = '';
  const command = new Command('npm run soak --')
    .description(
      'Lets sessions end in every way, round after round, over every door, and draws heap, RSS and sessions over time. ' +
        'Ends with exit code 1 when anything was left behind.',
    )
    .option('--minutes <n>', 'for how long; the last round is finished', minutes, 10)
    .option('--svg <file>', 'where the picture goes', 'soak.svg')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        help += text;
      },
      writeErr: () => undefined,
    });
  try {
    command.parse([...args], { from: 'user' });
    return { kind: 'flags', flags: command.opts<SoakFlags>() };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { kind: 'help', text: help };
    return { kind: 'fault', message: error.message.replace(/^error: /, '') };
  }
}

function minutes(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value <= MINUTES_MAX) return value;
  throw new InvalidArgumentError(`must be a number above 0, at most ${MINUTES_MAX}`);
}
