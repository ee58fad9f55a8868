import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { readCommand, type Told, whole } from '../command-line.ts';

/** The ways into an edge: gRPC, gRPC-web over fetch alone, gRPC-web over WebSocket. */
const doors = ['grpc', 'web', 'ws'] as const;
export type Door = (typeof doors)[number];

/** What `npm run bots` was asked for. */
export interface BotsFlags {
  readonly players: number;
  /** 0: until stopped. */
  readonly seconds: number;
  /** Figures begin when everybody is in a match and this many seconds have passed. */
  readonly warmUp: number;
  readonly transport: Door;
  readonly edge: string;
  readonly name: string;
  /** What the line to the edge is like; zeros: as it is. */
  readonly latency: number;
  readonly jitter: number;
  readonly stall: number;
  readonly json: boolean;
}

export type Parsed = { readonly kind: 'flags'; readonly flags: BotsFlags } | Told;

const PLAYERS_MAX = 20_000;
const LATENCY_MS_MAX = 5_000;
const STALL_MS_MAX = 60_000;
/** A name has 24 characters; the player's number takes some. */
const PREFIX_CHARACTERS_MAX = 17;
const edges = { grpc: '127.0.0.1:8081', web: 'http://127.0.0.1:8080', ws: 'http://127.0.0.1:8080' };

export function parseFlags(args: readonly string[]): Parsed {
  const command = new Command('npm run bots --')
    .description('Sends players into the game: real clients, over the network, played by the bot of packages/maze.')
    .option('--players <n>', 'how many', whole(1, PLAYERS_MAX), 8)
    .option('--seconds <s>', 'for how long; 0 is until Ctrl-C', whole(0, 86_400), 0)
    .option('--warm-up <s>', 'seconds in a match before figures begin; 0: with the first sign-in', whole(0, 3_600), 0)
    .option('--transport <door>', doors.join(', '), transport, 'grpc')
    .option('--edge <address>', `host:port (grpc, default ${edges.grpc}) or URL (web and ws, default ${edges.web})`)
    .option('--name <prefix>', 'what their names begin with', prefix, 'Bot')
    .option('--latency <ms>', 'lets the way to the edge and back take so much longer', whole(0, LATENCY_MS_MAX), 0)
    .option('--jitter <ms>', 'and so much more or less', whole(0, LATENCY_MS_MAX), 0)
    .option('--stall <ms>', 'lets nothing pass for so long every few seconds', whole(0, STALL_MS_MAX), 0)
    .option('--json', 'print nothing but one object, at the end', false);
  return readCommand(command, args, () => {
    const { edge, ...flags } = command.opts<Omit<BotsFlags, 'edge'> & { edge?: string }>();
    const address = addressFor(flags.transport, edge ?? edges[flags.transport]);
    if (isRough(flags) && address.startsWith('https:')) {
      throw new CommanderError(1, 'bots.rough', '--latency, --jitter and --stall need an edge without TLS');
    }
    return { kind: 'flags', flags: { ...flags, edge: address } };
  });
}

/** Whether the line to the edge is to be worse than it is. */
export function isRough({ latency, jitter, stall }: Pick<BotsFlags, 'latency' | 'jitter' | 'stall'>): boolean {
  return latency + jitter + stall > 0;
}

function transport(text: string): Door {
  const door = doors.find((name) => name === text);
  if (door === undefined) throw new InvalidArgumentError(`It must be one of ${doors.join(', ')}.`);
  return door;
}

function prefix(text: string): string {
  if (text.trim() === '' || [...text].length > PREFIX_CHARACTERS_MAX || /\p{Cc}/u.test(text)) {
    throw new InvalidArgumentError(`It must be 1 to ${PREFIX_CHARACTERS_MAX} characters, without control characters.`);
  }
  return text;
}

function addressFor(door: Door, text: string): string {
  const fault = (shape: string) =>
    new CommanderError(1, 'bots.edge', `--edge must be ${shape} for --transport ${door}, not "${text}"`);
  if (door !== 'grpc') {
    const url = URL.parse(text);
    if (url === null || !/^https?:$/.test(url.protocol)) throw fault('a URL like http://127.0.0.1:8080');
    return url.origin;
  }
  if (!/^[^\s:/]+:\d{1,5}$/.test(text)) throw fault('host:port');
  return text;
}
