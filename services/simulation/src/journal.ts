import { emptyRecord, type JournalRecord, type SeatInput } from '@clew/maze';

/** Numbers that an input is kept as: seat, sequence, tick, forward, strafe, heading, buttons, lag. */
const COLUMNS = 8;
/** Of inputs; it doubles when that is not enough. */
const CAPACITY = 64;
/** A lag that nobody told: no rule takes it for another (see lagOf). */
const NO_LAG = -1;

/**
 * The last ticks of a match: all that came from outside, tick by tick; older ones make room. Inputs come 20 times a second from
 * everybody and stay for seconds. Kept as the objects that they came as, they would be a quarter of the process' work, in
 * garbage collections that copy them; so they are kept as numbers.
 */
export class Journal {
  readonly #ticksMax: number;
  /** M3: rings of at most `ticksMax`; counted as simulation.journal_ticks. What came besides inputs, and how many inputs. */
  readonly #records: (JournalRecord | undefined)[] = [];
  readonly #counts: Uint16Array;
  #next = 0;
  /** M3: a ring of the inputs of those ticks, at most one per seat in each. Its length is a power of two. */
  #rows = new Int32Array(CAPACITY * COLUMNS);
  /** The oldest row, and how many there are. */
  #first = 0;
  #used = 0;

  constructor(ticksMax: number) {
    this.#ticksMax = ticksMax;
    this.#counts = new Uint16Array(ticksMax);
  }

  get size(): number {
    return this.#records.length;
  }

  push(record: JournalRecord): void {
    const { inputs, joins, leaves, detaches, attaches } = record;
    const left = this.#counts[this.#next]!;
    this.#first = this.#row(left);
    this.#used -= left;
    const isMore = joins.length + leaves.length + detaches.length + attaches.length > 0;
    this.#records[this.#next] = isMore ? { ...record, inputs: [] } : undefined;
    this.#counts[this.#next] = inputs.length;
    for (const input of inputs) this.#keep(input);
    this.#next = (this.#next + 1) % this.#ticksMax;
  }

  /** Oldest first. */
  records(): JournalRecord[] {
    const oldest = this.size < this.#ticksMax ? 0 : this.#next;
    let row = 0;
    return Array.from({ length: this.size }, (_, age) => {
      const at = (oldest + age) % this.#ticksMax;
      const record = this.#records[at] ?? emptyRecord;
      const count = this.#counts[at]!;
      if (count === 0) return record;
      row += count;
      return { ...record, inputs: Array.from({ length: count }, (_, index) => this.#inputAt(row - count + index)) };
    });
  }

  #keep({ seat, input }: SeatInput): void {
    if ((this.#used + 1) * COLUMNS > this.#rows.length) this.#grow();
    const at = this.#row(this.#used) * COLUMNS;
    this.#used++;
    const rows = this.#rows;
    rows[at] = seat;
    rows[at + 1] = input.sequence;
    rows[at + 2] = input.tick;
    rows[at + 3] = input.forward;
    rows[at + 4] = input.strafe;
    rows[at + 5] = input.heading;
    rows[at + 6] = input.buttons;
    rows[at + 7] = input.lag ?? NO_LAG;
  }

  #inputAt(index: number): SeatInput {
    const at = this.#row(index) * COLUMNS;
    const [seat, sequence, tick, forward, strafe, heading, buttons, lag] = this.#rows.subarray(at, at + COLUMNS);
    return {
      seat: seat!,
      input: {
        ...{ sequence: sequence! >>> 0, tick: tick! >>> 0, forward: forward!, strafe: strafe! },
        ...{ heading: heading! >>> 0, buttons: buttons! >>> 0, lag: lag === NO_LAG ? undefined : lag! >>> 0 },
      },
    };
  }

  /** Where in the ring the input is that is so many after the oldest. */
  #row(index: number): number {
    return (this.#first + index) & (this.#rows.length / COLUMNS - 1);
  }

  #grow(): void {
    const larger = new Int32Array(this.#rows.length * 2);
    const end = this.#rows.subarray(this.#first * COLUMNS);
    larger.set(end);
    larger.set(this.#rows.subarray(0, this.#first * COLUMNS), end.length);
    this.#rows = larger;
    this.#first = 0;
  }
}
