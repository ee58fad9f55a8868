import { Command, CommanderError } from 'commander';
import type { Area } from './area.ts';

export type Parsed =
  | { readonly kind: 'run'; readonly area: Area; readonly json: boolean }
  | { readonly kind: 'help'; readonly text: string }
  /** One line for people. */
  | { readonly kind: 'fault'; readonly message: string };

export function parseFlags(args: readonly string[], areas: readonly Area[]): Parsed {
  let help = '';
  const command = new Command('npm run bench --')
    .description('Measures one area of Clew on this machine.')
    .argument('<area>', 'what to measure')
    .option('--json', 'one object per figure and line, and nothing else', false)
    .addHelpText('after', ['', 'Areas:', ...areas.map(({ name, about }) => `  ${name.padEnd(8)} ${about}`)].join('\n'))
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        help += text;
      },
      writeErr: () => undefined,
    });
  try {
    command.parse([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { kind: 'help', text: help };
    return { kind: 'fault', message: error.message.replace(/^error: /, '') };
  }
  const [name] = command.args;
  const area = areas.find((entry) => entry.name === name);
  if (area !== undefined) return { kind: 'run', area, json: command.opts<{ json: boolean }>().json };
  const known = areas.map((entry) => entry.name).join(', ');
  return { kind: 'fault', message: `there is no area "${name}"; there is ${known}` };
}
