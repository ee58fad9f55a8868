import { Command, InvalidArgumentError } from 'commander';
import { number, readCommand, type Told, whole } from '../command-line.ts';

/** What `npm run doctor` was asked for. */
export interface DoctorFlags {
  /** http://host:port of operators' listeners; undefined: those of the `npm start` at `port`. */
  readonly opsUrls: readonly string[] | undefined;
  readonly port: number;
  readonly token: string | undefined;
  /** Between the two readings. */
  readonly seconds: number;
  /** The process whose heap is to be profiled instead. */
  readonly heap: string | undefined;
  readonly json: boolean;
}

export type Parsed = { readonly kind: 'flags'; readonly flags: DoctorFlags } | Told;

type Environment = Readonly<Record<string, string | undefined>>;

interface Options {
  readonly ops?: string[];
  readonly port: number;
  readonly seconds: number;
  readonly heap?: string;
  readonly json: boolean;
}

export function parseFlags(args: readonly string[], env: Environment): Parsed {
  const command = new Command('npm run doctor --')
    .description(
      `Looks at running services and prints one page: versions, health, memory against sessions, oldest streams, Redis, advice.
Reads them twice, to see what changes; it changes nothing.`,
    )
    .option(
      '--ops <host:port,…>',
      "operators' listeners; CLEW_OPS_ADDRESSES, or those of npm start on this machine",
      ops,
    )
    .option('--port <port>', 'the port of the npm start that is meant', whole(1, 65_535), 8080)
    .option('--seconds <n>', 'between the two readings; 30 and more also judge the growth of memory', number(1, 600), 3)
    .option('--heap <process>', 'take a heap profile of that process for so long instead: what allocates what stays')
    .option('--json', 'one object and nothing else', false)
    .addHelpText(
      'after',
      '\nThe oldest streams are told to who shows the token of CLEW_OPS_TOKEN; npm start has one by itself.',
    );
  return readCommand(command, args, () => {
    const { ops: named, heap, ...rest } = command.opts<Options>();
    const opsUrls = named ?? opsOf(env);
    return { kind: 'flags', flags: { opsUrls, token: env.CLEW_OPS_TOKEN || undefined, heap, ...rest } };
  });
}

function opsOf({ CLEW_OPS_ADDRESSES: text }: Environment): string[] | undefined {
  try {
    return text ? ops(text) : undefined;
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new InvalidArgumentError(`CLEW_OPS_ADDRESSES: ${error.message}`);
  }
}

function ops(text: string): string[] {
  const addresses = text.split(',').map((entry) => entry.trim().replace(/^http:\/\/|\/$/g, ''));
  const wrong = addresses.find((address) => !/^([^\s:/[\]]+|\[[\da-fA-F:]+\]):\d{1,5}$/.test(address));
  if (wrong !== undefined) throw new InvalidArgumentError(`It must be host:port, not "${wrong}".`);
  return addresses.map((address) => `http://${address}`);
}
