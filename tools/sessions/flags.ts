import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

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
  | { readonly kind: 'help'; readonly text: string }
  /** One line for people. */
  | { readonly kind: 'fault'; readonly message: string };

type Environment = Readonly<Record<string, string | undefined>>;

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

export function parseFlags(args: readonly string[], env: Environment): Parsed {
  let help = '';
  let act: Act | undefined;
  const output = {
    writeOut: (text: string) => {
      help += text;
    },
    writeErr: () => undefined,
  };
  const command = new Command('npm run sessions --')
    .description('Shows operators who is here, and shows people the door.')
    .option('--session <host:port,…>', 'session services; CLEW_SESSION_ADDRESSES where it is not given')
    .option('--json', 'one object per line, and nothing else', false)
    .addHelpText('after', '\nnpm start prints the address of its session service.')
    .configureOutput(output)
    .exitOverride();
  const verb = (usage: string, about: string) =>
    command.command(usage).description(about).configureOutput(output).exitOverride();

  verb('list', 'lists live sessions')
    .addOption(new Option('--state <state>', 'only those').choices(['attached', 'detached']))
    .option('--edge <id>', 'only those whose last stream this edge held')
    .option('--older <age>', 'only those that came so long ago or longer: 90s, 10m, 2h, 1d', age)
    .option('--younger <age>', 'only those that came so long ago or less', age)
    .option('--limit <n>', 'how many; 0 is all', whole, 100)
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

  try {
    command.parse([...args], { from: 'user' });
    const { session, json } = command.opts<{ session?: string; json: boolean }>();
    return { kind: 'act', act: act!, addresses: addresses(session ?? env.CLEW_SESSION_ADDRESSES), json };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed' || error.code === 'commander.help') {
      return help === ''
        ? { kind: 'fault', message: 'say what to do: list, get, kick or watch' }
        : { kind: 'help', text: help };
    }
    return { kind: 'fault', message: error.message.replace(/^error: /, '') };
  }
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

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
