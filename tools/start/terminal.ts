import { colors } from '../colors.ts';
import { type LogLine, parseLogLine } from './log-lines.ts';

const palette = [colors.cyan, colors.magenta, colors.green, colors.yellow, colors.blue];
const PREFIX_COLUMNS = 14;

/** What people see of a stack: a line per log record, prefixed with the coloured name of who wrote it. */
export class Terminal {
  readonly #write: (line: string) => void;
  readonly #colorOf = new Map<string, (text: string) => string>();

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  /** A line of a child's output. */
  log(name: string, line: string): void {
    const { level, text } = parseLogLine(line);
    for (const part of text.split('\n')) this.#write(`${this.#prefix(name)} ${paint(level, part)}`);
  }

  /** Something that we say ourselves. */
  say(text: string): void {
    this.#write(`${colors.bold('clew'.padEnd(PREFIX_COLUMNS))} ${text}`);
  }

  #prefix(name: string): string {
    let color = this.#colorOf.get(name);
    if (!color) {
      color = palette[this.#colorOf.size % palette.length]!;
      this.#colorOf.set(name, color);
    }
    return color(name.padEnd(PREFIX_COLUMNS));
  }
}

function paint(level: LogLine['level'], text: string): string {
  if (level === 'error') return colors.red(text);
  if (level === 'warn') return colors.yellow(text);
  return level === 'debug' ? colors.dim(text) : text;
}
