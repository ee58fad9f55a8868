import { Command, CommanderError } from 'commander';
import { readCommand, type Told } from '../tools/command-line.ts';
import type { Area } from './area.ts';

export type Parsed = { readonly kind: 'run'; readonly area: Area; readonly json: boolean } | Told;

export function parseFlags(args: readonly string[], areas: readonly Area[]): Parsed {
  const command = new Command('npm run bench --')
    .description('Measures one area of Clew on this machine.')
    .argument('<area>', 'what to measure')
    .option('--json', 'one object per figure and line, and nothing else', false)
    .addHelpText('after', ['', 'Areas:', ...areas.map(({ name, about }) => `  ${name.padEnd(8)} ${about}`)].join('\n'));
  return readCommand(command, args, () => {
    const [name] = command.args;
    const area = areas.find((entry) => entry.name === name);
    if (area !== undefined) return { kind: 'run', area, json: command.opts<{ json: boolean }>().json };
    const known = areas.map((entry) => entry.name).join(', ');
    throw new CommanderError(1, 'bench.area', `there is no area "${name}"; there is ${known}`);
  });
}
