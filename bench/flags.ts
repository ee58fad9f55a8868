import { Command, CommanderError } from 'commander';
import { readCommand, type Told } from '../tools/command-line.ts';
import type { Area } from './area.ts';

/** What is to be measured, and how it is told. */
export interface BenchFlags {
  readonly area: Area;
  readonly json: boolean;
  readonly profile: boolean;
  /** Parts of the area; all when empty. */
  readonly only: readonly string[];
}

export type Parsed = ({ readonly kind: 'run' } & BenchFlags) | Told;

export function parseFlags(args: readonly string[], areas: readonly Area[]): Parsed {
  const command = new Command('npm run bench --')
    .description('Measures one area of Clew on this machine.')
    .argument('<area>', 'what to measure')
    .option('--json', 'one object per figure and line, and nothing else', false)
    .option('--only <parts>', 'parts of the area, with commas', (text) => text.split(','), [])
    .option('--profile', 'no figures: CPU profiles and flame graphs (SVG) of its servers, under .clew/profiles', false)
    .addHelpText('after', ['', 'Areas:', ...areas.map(helpOf)].join('\n'));
  return readCommand(command, args, () => {
    const [name] = command.args;
    const area = areas.find((entry) => entry.name === name);
    if (area === undefined) throw fault(`there is no area "${name}"; there is ${namesOf(areas)}`);
    const { json, profile, only } = command.opts<Omit<BenchFlags, 'area'>>();
    const parts = Object.keys(area.parts ?? {});
    for (const part of only) {
      if (!parts.includes(part))
        throw fault(`${area.name} has no part "${part}"; it has ${parts.join(', ') || 'none'}`);
    }
    if (profile && area.profile === undefined) {
      const profiled = areas.filter((entry) => entry.profile !== undefined);
      throw fault(`--profile is for ${namesOf(profiled)}, not for ${area.name}`);
    }
    if (profile && (json || only.length > 0)) throw fault('--profile gives no figures: neither --json nor --only');
    return { kind: 'run', area, json, profile, only };
  });
}

function helpOf({ name, about, parts }: Area): string {
  const more = parts === undefined ? '' : `\n${' '.repeat(13)}parts: ${Object.keys(parts).join(', ')}`;
  return `  ${name.padEnd(10)} ${about}${more}`;
}

const namesOf = (areas: readonly Area[]) => areas.map(({ name }) => name).join(', ');
const fault = (message: string) => new CommanderError(1, 'bench', message);
