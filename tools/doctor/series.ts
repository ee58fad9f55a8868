/** What a process tells under /metrics, as Prometheus' text format writes it. */

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** One reading, asked by name. */
export class Series {
  readonly #byName: ReadonlyMap<string, readonly Sample[]>;

  private constructor(samples: readonly Sample[]) {
    this.#byName = Map.groupBy(samples, ({ name }) => name);
  }

  static parse(text: string): Series {
    return new Series(text.split('\n').flatMap(sampleOf));
  }

  /** Those whose labels hold these. */
  samples(name: string, labels: Labels = {}): readonly Sample[] {
    const wanted = Object.entries(labels);
    return (this.#byName.get(name) ?? []).filter((sample) =>
      wanted.every(([key, value]) => sample.labels[key] === value),
    );
  }

  /** Their sum; undefined where nothing is told. */
  sum(name: string, labels: Labels = {}): number | undefined {
    const samples = this.samples(name, labels);
    return samples.length === 0 ? undefined : samples.reduce((sum, { value }) => sum + value, 0);
  }
}

function sampleOf(text: string): Sample[] {
  const [, name, labels = '', value] = line.exec(text) ?? [];
  if (name === undefined) return [];
  const pairs = [...labels.matchAll(label)].map(([, key, text]) => [key!, unescaped(text!)] as const);
  return [{ name, labels: Object.fromEntries(pairs), value: numberOf(value!) }];
}

const unescaped = (text: string) => text.replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));

function numberOf(text: string): number {
  if (/^[+-]?Inf$/.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}
