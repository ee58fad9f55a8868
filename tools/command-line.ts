import { type Command, CommanderError, InvalidArgumentError } from 'commander';

/** What a command line leads to when it is not done as asked. */
export type Told =
  | { readonly kind: 'help'; readonly text: string }
  /** One line for people. */
  | { readonly kind: 'fault'; readonly message: string };

/**
 * Reads the arguments by the command's rules; `result` makes of them what was asked for, and may throw CommanderError with
 * one line for people. Nothing is printed, and no process ended: whoever calls does that.
 */
export function readCommand<Result>(command: Command, args: readonly string[], result: () => Result): Result | Told {
  let text = '';
  for (const each of [command, ...command.commands]) {
    each.exitOverride().configureOutput({
      writeOut: (more) => {
        text += more;
      },
      writeErr: () => undefined,
    });
  }
  try {
    command.parse([...args], { from: 'user' });
    return result();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (text !== '') return { kind: 'help', text };
    const verbs = command.commands.map((verb) => verb.name());
    if (error.code === 'commander.help') return { kind: 'fault', message: `say what to do: ${verbs.join(', ')}` };
    return { kind: 'fault', message: error.message.replace(/^error: /, '').replace(/\s+/g, ' ') };
  }
}

/** For options that are whole numbers within bounds. */
export function whole(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

/** For options that are numbers within bounds. */
export function number(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a number from ${min} to ${max}.`);
  };
}
