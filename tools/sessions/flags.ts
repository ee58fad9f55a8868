import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { readCommand, type Told, whole } from '../command-line.ts';

/** Which sessions to list. */
export interface ListFlags {
  readonly state: 'attached' | 'detached' | undefined;
  readonly edge: string | undefined;
  /** Ages, in seconds. */
  readonly olderS: number | undefined;
  readonly youngerS: number | undefined;
  /** 0: all. */
  readonly limit: number;
}

/** What `npm run sessions` was asked for. */
export type Act =
  | ({ readonly kind: 'list' } & ListFlags)
  | { readonly kind: 'get'; readonly playerId: string }
  | { readonly kind: 'kick'; readonly playerId: string; readonly reason: string }
  | { readonly kind: 'watch' };

export type Parsed =
  | { readonly kind: 'act'; readonly act: Act; readonly addresses: readonly string[]; readonly json: boolean }
  | Told;

type Environment = Readonly<Record<string, string | undefined>>;

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

export function parseFlags(args: readonly string[], env: Environment): Parsed {
  let act: Act | undefined;
  const command = new Command('npm run sessions --')
    .description('Shows operators who is here, and shows people the door.')
    .option('--session <host:port,…>', 'session services; CLEW_SESSION_ADDRESSES where it is not given')
    .option('--json', 'one object per line, and nothing else', false)
    .addHelpText('after', '\nnpm start prints the address of its session service.');
  const verb = (usage: string, about: string) => command.command(usage).description(about);

  verb('list', 'lists live sessions')
    .addOption(new Option('--state <state>', 'only those').choices(['attached', 'detached']))
    .option('--edge <id>', 'only those whose last stream this edge held')
    .option('--older <age>', 'only those that came so long ago or longer: 90s, 10m, 2h, 1d', age)
    .option('--younger <age>', 'only those that came so long ago or less', age)
    .option('--limit <n>', 'how many; 0 is all', whole(0, 999_999_999), 100)
    .action(({ state, edge, older, younger, limit }) => {
      act = { kind: 'list', state, edge, olderS: older, youngerS: younger, limit };
    });
  verb('get <player>', 'shows the session of a player').action((playerId) => {
    act = { kind: 'get', playerId };
  });
  verb('kick <player>', 'ends the session of a player, who is told why and may sign in again')
    .requiredOption('--reason <text>', 'what the player is told')
    .action((playerId, { reason }) => {
      act = { kind: 'kick', playerId, reason };
    });
  verb('watch', 'tells what happens to sessions, from now on').action(() => {
    act = { kind: 'watch' };
  });

  return readCommand(command, args, () => {
    const { session, json } = command.opts<{ session?: string; json: boolean }>();
    return { kind: 'act', act: act!, addresses: addresses(session ?? env.CLEW_SESSION_ADDRESSES), json };
  });
}

function addresses(text: string | undefined): string[] {
  if (!text) throw fault('name a session service: --session host:port, or CLEW_SESSION_ADDRESSES');
  const list = text.split(',').map((entry) => entry.trim());
  if (!list.every((entry) => /^[^\s:/]+:\d{1,5}$/.test(entry)))
    throw fault(`--session must be host:port, not "${text}"`);
  return list;
}

const fault = (message: string) => new CommanderError(1, 'sessions.address', message);

function age(text: string): number {
  const [, number, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (number === undefined) throw new InvalidArgumentError('It must be like 90s, 10m, 2h or 1d.');
  return Number(number) * unitSeconds[unit!]!;
}
