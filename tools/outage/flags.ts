import { Command, CommanderError, InvalidArgumentError } from 'commander';

export const sceneNames = ['old', 'clew', 'skipped-cleanup', 'hidden-closure', 'healthy'] as const;
export type SceneName = (typeof sceneNames)[number];

/** What `npm run outage` was asked for. */
export interface OutageFlags {
  readonly json: boolean;
  /** Minutes of healthy load in which no alert may come; 0 leaves them out. */
  readonly healthyMinutes: number;
  /** Where the HTML report goes. */
  readonly report: string;
  readonly scenes: readonly SceneName[];
}

export type Parsed =
  | { readonly kind: 'flags'; readonly flags: OutageFlags }
  | { readonly kind: 'help'; readonly text: string }
  /** One line for people. */
  | { readonly kind: 'fault'; readonly message: string };

export function parseFlags(args: readonly string[]): Parsed {
  let help = '';
  const command = new Command('npm run outage --')
    .description(
      `Replays the outage of 2024-08-18 in compressed time, on a server that keeps sessions as the old one did, then on Clew, then on Clew
with injected leaks; Prometheus and Alertmanager watch. Ten minutes, and the minutes of healthy load.`,
    )
    .option('--json', 'one object per figure and line, and nothing else on stdout', false)
    .option('--healthy-minutes <n>', 'minutes of healthy load in which no alert may come; 0: none', minutes, 15)
    .option('--report <file>', 'where the HTML report goes', '.clew/outage.html')
    .option('--scenes <names>', `some of ${sceneNames.join(', ')} (separated by commas)`, scenes, [...sceneNames])
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        help += text;
      },
      writeErr: () => undefined,
    });
  try {
    command.parse([...args], { from: 'user' });
    return { kind: 'flags', flags: command.opts<OutageFlags>() };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { kind: 'help', text: help };
    return { kind: 'fault', message: error.message.replace(/^error: /, '') };
  }
}

function minutes(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1_440))
    throw new InvalidArgumentError('It must be a number from 0 to 1440.');
  return value;
}

function scenes(text: string): SceneName[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !sceneNames.some((known) => known === name));
  if (unknown !== undefined) throw new InvalidArgumentError(`There is no scene "${unknown}".`);
  return sceneNames.filter((name) => names.includes(name));
}
