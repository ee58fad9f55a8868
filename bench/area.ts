/** One measured value. Names are words with points: area.what_unit_variant. */
export interface Figure {
  readonly figure: string;
  readonly value: number;
  /** "ms", "1"… */
  readonly unit: string;
  /** What it must not be above. */
  readonly max?: number;
  /** What it must not be below. */
  readonly min?: number;
  /** How it came about: conditions that belong to it. */
  readonly conditions?: Readonly<Record<string, string | number>>;
}

/** What an area may use while it measures. */
export interface Bench {
  /** Ends everything early. */
  readonly stop: AbortSignal;
  /** Tells people how far it is; never on stdout. */
  say(line: string): void;
  /** The folder of a peer under bench/peers, installed as its own lock file says. */
  peer(name: string): Promise<string>;
  /** URL of a Redis of this run's own. */
  redis(): Promise<string>;
}

/** A part of Clew that is measured by itself. */
export interface Area {
  readonly name: string;
  /** One line. */
  readonly about: string;
  /** Yields figures as they are known. */
  measure(bench: Bench): AsyncIterable<Figure>;
  /** What it consists of, where that can be measured one by one. */
  readonly parts?: Readonly<Record<string, (bench: Bench) => AsyncIterable<Figure>>>;
  /** Leaves profiles of its servers in a folder and says where; no figures, for being profiled costs. */
  profile?(bench: Bench, folder: string): Promise<void>;
}

/** Whether a figure keeps its bars; undefined where it has none. */
export function keepsBars({ value, max, min }: Figure): boolean | undefined {
  if (max === undefined && min === undefined) return undefined;
  return value <= (max ?? Number.POSITIVE_INFINITY) && value >= (min ?? Number.NEGATIVE_INFINITY);
}
