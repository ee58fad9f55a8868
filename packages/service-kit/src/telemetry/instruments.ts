import { Histogram } from './histogram.ts';

/** Fixed words, never ids of players, sessions or matches (M7). */
export type Attributes = Readonly<Record<string, string>>;

export interface Point {
  readonly value: number;
  readonly attributes: Attributes;
}

export interface InstrumentDescription {
  /** As OpenTelemetry names it: words with points and underscores. */
  readonly name: string;
  /** UCUM: "s", "By", "1", "{session}". */
  readonly unit: string;
  /** One sentence for people. */
  readonly description: string;
}

/** One metric as it stands. A number is a point without attributes; undefined: nothing is known now. */
export type Read = () => number | undefined | Iterable<Point>;

export type Instrument = InstrumentDescription &
  (
    | { readonly kind: 'counter' | 'gauge'; readonly points: () => readonly Point[] }
    | { readonly kind: 'histogram'; readonly series: () => Iterable<HistogramSeries> }
  );

export interface HistogramSeries {
  readonly attributes: Attributes;
  readonly histogram: Histogram;
}

/** Histograms of one name, told apart by attributes. */
export interface HistogramFamily {
  /** The histogram of these attributes; always the same one for the same words. */
  of(attributes: Attributes): Histogram;
}

const none: Attributes = {};

/**
 * What a process measures: plain numbers that stand where they come about, and callbacks that read them when somebody asks.
 * It knows no exporter: hot loops pay for an addition, and a process that nobody asks pays nothing.
 *
 * I1 A name is declared once.
 * I2 The number of series is bounded: a family has at most `seriesMax`; what comes beyond is counted in one series with the
 *    attribute `otel.metric.overflow`, as OpenTelemetry's own SDK does.
 */
export class Instruments {
  /** M3: its names are written in the code, once each (I1). */
  readonly #instruments = new Map<string, Instrument>();
  /** M3: as above. */
  readonly #refreshes: (() => Promise<void>)[] = [];

  /** What only grows while the process lives. */
  counter(description: InstrumentDescription, read: Read): void {
    this.#add({ ...description, kind: 'counter', points: () => pointsOf(read()) });
  }

  /** What goes up and down. */
  gauge(description: InstrumentDescription, read: Read): void {
    this.#add({ ...description, kind: 'gauge', points: () => pointsOf(read()) });
  }

  histogram(description: InstrumentDescription, boundaries: readonly number[]): Histogram {
    const histogram = new Histogram(boundaries);
    this.#add({ ...description, kind: 'histogram', series: () => [{ attributes: none, histogram }] });
    return histogram;
  }

  histograms(description: InstrumentDescription, boundaries: readonly number[], seriesMax: number): HistogramFamily {
    const family = new BoundedFamily(boundaries, seriesMax);
    this.#add({ ...description, kind: 'histogram', series: () => family.series() });
    return family;
  }

  /** Histograms that somebody else keeps; as many as are written in the code (I2). */
  series(description: InstrumentDescription, series: () => Iterable<HistogramSeries>): void {
    this.#add({ ...description, kind: 'histogram', series });
  }

  /** Called before each reading: for what must be asked for elsewhere. It never rejects, and is bounded by itself. */
  beforeRead(refresh: () => Promise<void>): void {
    this.#refreshes.push(refresh);
  }

  async read(): Promise<readonly Instrument[]> {
    await Promise.all(this.#refreshes.map((refresh) => refresh()));
    return [...this.#instruments.values()];
  }

  #add(instrument: Instrument): void {
    const { name } = instrument;
    if (this.#instruments.has(name)) throw new Error(`instrument ${name} is declared already`); // I1
    this.#instruments.set(name, instrument);
  }
}

class BoundedFamily implements HistogramFamily {
  readonly #boundaries: readonly number[];
  readonly #seriesMax: number;
  /** M3: `seriesMax` and one for the rest (I2). */
  readonly #series = new Map<string, HistogramSeries>();

  constructor(boundaries: readonly number[], seriesMax: number) {
    this.#boundaries = boundaries;
    this.#seriesMax = seriesMax;
  }

  of(attributes: Attributes): Histogram {
    const key = Object.values(attributes).join('\n');
    const known = this.#series.get(key);
    if (known !== undefined) return known.histogram;
    if (this.#series.size < this.#seriesMax) return this.#add(key, attributes);
    return (this.#series.get(overflow) ?? { histogram: this.#add(overflow, { [overflow]: 'true' }) }).histogram; // I2
  }

  series(): Iterable<HistogramSeries> {
    return this.#series.values();
  }

  #add(key: string, attributes: Attributes): Histogram {
    const histogram = new Histogram(this.#boundaries);
    this.#series.set(key, { attributes, histogram });
    return histogram;
  }
}

const overflow = 'otel.metric.overflow';

function pointsOf(value: ReturnType<Read>): readonly Point[] {
  if (value === undefined) return [];
  return typeof value === 'number' ? [{ value, attributes: none }] : [...value];
}
