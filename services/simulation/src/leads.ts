import type { Channel } from './audience.ts';
import { LineTable } from './line-table.ts';
import type { Match } from './match.ts';

/** What a number on a trunk stands for. */
export interface Lead {
  readonly match: Match;
  readonly channel: Channel;
}

/** What the numbers on one trunk stand for, and where on the board their inputs are noted: of two thousand, in any order, 20 times a second. */
export class Leads {
  /** M3: at most one per seat of the process, for a seat has one channel; counted as simulation.channels. */
  readonly #byNumber = new Map<number, Lead>();
  #lines = new LineTable();

  get size(): number {
    return this.#byNumber.size;
  }

  has(number: number): boolean {
    return this.#byNumber.has(number);
  }

  get(number: number): Lead | undefined {
    return this.#byNumber.get(number);
  }

  /** Where on the board the inputs are noted that come under this number. */
  line(number: number): number | undefined {
    return this.#lines.get(number);
  }

  set(number: number, lead: Lead): void {
    this.#byNumber.set(number, lead);
    this.#lines.set(number, lead.channel.inputs.line);
  }

  delete(number: number): boolean {
    this.#lines.delete(number);
    return this.#byNumber.delete(number);
  }

  /** All of them; there are none any more. */
  clear(): Lead[] {
    const leads = [...this.#byNumber.values()];
    this.#byNumber.clear();
    this.#lines = new LineTable();
    return leads;
  }
}
