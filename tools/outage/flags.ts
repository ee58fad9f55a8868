import { Command, InvalidArgumentError } from 'commander';
import { number, readCommand, type Told } from '../command-line.ts';

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

export type Parsed = { readonly kind: 'flags'; readonly flags: OutageFlags } | Told;

export function parseFlags(args: readonly string[]): Parsed {
  const command = new Command('npm run outage --')
    .description(
      `Replays the outage of 2024-08-18 in compressed time, on a server that keeps sessions as the old one did, then on Clew, then on Clew
with injected leaks; Prometheus and Alertmanager watch. Ten minutes, and the minutes of healthy load.`,
    )
    .option('--json', 'one object per figure and line, and nothing else on stdout', false)
    .option(
      '--healthy-minutes <n>',
      'minutes of healthy load in which no alert may come; 0: none',
      number(0, 1_440),
      15,
    )
    .option('--report <file>', 'where the HTML report goes', '.clew/outage.html')
    .option('--scenes <names>', `some of ${sceneNames.join(', ')} (separated by commas)`, scenes, [...sceneNames]);
  return readCommand(command, args, () => ({ kind: 'flags', flags: command.opts<OutageFlags>() }));
}

function scenes(text: string): SceneName[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !sceneNames.some((known) => known === name));
  if (unknown !== undefined) throw new InvalidArgumentError(`There is no scene "${unknown}".`);
  return sceneNames.filter((name) => names.includes(name));
}
