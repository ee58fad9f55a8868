import { PlayResponse } from '@clew/protocol/clew/play/v1/play.ts';
import { Refused } from './line.ts';
import { Messages } from './messages.ts';

/** What the stream told, on any door: decoded only while somebody waits for something. */
export class StreamReader {
  readonly ended: Promise<Refused | undefined>;
  readonly messages = new Messages((bytes) => this.#take(bytes));
  readonly #end: (how: Refused | undefined) => void;
  #waiting: { wanted: (message: PlayResponse) => boolean; resolve: () => void; reject: (why: Error) => void }[] = [];
  /** Events that came before anybody asked; there are a handful in a life. */
  #past: PlayResponse[] = [];
  #over: Refused | 'well' | undefined;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<Refused | undefined>();
    this.ended = promise;
    this.#end = resolve;
  }

  until(wanted: (message: PlayResponse) => boolean): Promise<void> {
    if (this.#past.some(wanted)) return Promise.resolve();
    if (this.#over !== undefined) return Promise.reject(this.#why());
    return new Promise((resolve, reject) => this.#waiting.push({ wanted, resolve, reject }));
  }

  /** Undefined when it ended well. */
  over(how: Refused | undefined): void {
    if (this.#over !== undefined) return;
    this.#over = how ?? 'well';
    this.#end(how);
    for (const { reject } of this.#waiting) reject(this.#why());
    this.#waiting = [];
    this.#past = [];
  }

  #take(bytes: Buffer): void {
    if (this.#waiting.length === 0 && this.#past.length >= 8) return;
    const message = PlayResponse.decode(bytes);
    if (this.#past.length < 8) this.#past.push(message);
    this.#waiting = this.#waiting.filter(({ wanted, resolve }) => {
      if (!wanted(message)) return true;
      resolve();
      return false;
    });
  }

  #why(): Refused {
    return this.#over instanceof Refused ? this.#over : new Refused(0, 'the stream ended');
  }
}
