import type { Service } from '../../tools/start/stack.ts';
import type { Panel } from './chart.ts';

interface Status {
  readonly memory: { readonly heapUsed: number; readonly external: number; readonly rss: number };
  readonly collections: readonly { readonly name: string; readonly size: number }[];
}

type Series = Map<string, [seconds: number, value: number][]>;

const MEGABYTE = 1e6;
/** Beyond it every second sample goes: the picture has no more pixels. */
const SAMPLES_MAX = 2_000;
/** Beyond it reasons that are new are counted together. */
const REASONS_MAX = 20;
const OTHER_REASONS = 'other reasons';

/** What the services told over time: memory as it is, garbage included. */
export class SoakRecord {
  phase = 'starting';
  /** Sessions that ended. */
  ended = 0;
  /** Those that went otherwise than planned. */
  failed = 0;
  readonly #reasons = new Map<string, number>();
  readonly #startMs = performance.now();
  readonly #heap: Series = new Map();
  readonly #rss: Series = new Map();
  readonly #sessions: Series = new Map();

  /** Takes down why one went otherwise than planned. */
  note(reason: string): void {
    const known = this.#reasons.has(reason) || this.#reasons.size < REASONS_MAX;
    const kind = known ? reason : OTHER_REASONS;
    this.#reasons.set(kind, (this.#reasons.get(kind) ?? 0) + 1);
  }

  /** What was taken down, the most frequent first. */
  why(): string[] {
    const byCount = [...this.#reasons].sort(([, left], [, right]) => right - left);
    return byCount.map(([reason, count]) => `${count} × ${reason}`);
  }

  async sample(services: readonly Service[]): Promise<void> {
    const seconds = (performance.now() - this.#startMs) / 1_000;
    const told = await Promise.all(services.map(statusOf));
    let open = 0;
    for (const [index, { memory, collections }] of told.entries()) {
      const { name } = services[index]!;
      add(this.#heap, name, seconds, (memory.heapUsed + memory.external) / MEGABYTE);
      add(this.#rss, name, seconds, memory.rss / MEGABYTE);
      open += collections.find((collection) => collection.name === 'edge.players')?.size ?? 0;
    }
    add(this.#sessions, 'open streams', seconds, open);
    add(this.#sessions, 'ended so far', seconds, this.ended);
  }

  panels(): Panel[] {
    return [
      { title: 'Heap and what hangs on it, MB', curves: curves(this.#heap) },
      { title: 'Resident memory, MB', curves: curves(this.#rss) },
      { title: 'Sessions with an open stream', curves: curves(this.#sessions).slice(0, 1) },
      { title: 'Sessions ended', curves: curves(this.#sessions).slice(1) },
    ];
  }

  /** How far it is, in one line. */
  line(): string {
    const minutes = (performance.now() - this.#startMs) / 60_000;
    const heaps = [...this.#heap].map(([name, points]) => `${name} ${points.at(-1)![1].toFixed(0)}`);
    const open = this.#sessions.get('open streams')?.at(-1)?.[1] ?? 0;
    return `${minutes.toFixed(1)} min, ${this.phase}: ${this.ended} sessions ended, ${open} open; heap MB: ${heaps.join(', ')}`;
  }
}

function add(series: Series, name: string, seconds: number, value: number): void {
  const points = series.get(name) ?? [];
  points.push([seconds, value]);
  series.set(name, points.length > SAMPLES_MAX ? points.filter((_, index) => index % 2 === 0) : points);
}

const curves = (series: Series) => [...series].map(([name, points]) => ({ name, points }));

async function statusOf(service: Service): Promise<Status> {
  const response = await fetch(`${service.opsUrl}/statusz`, { headers: { connection: 'close' } });
  return (await response.json()) as Status;
}
