import type { ServiceError } from '@clew/service-kit/service-error';

/**
 * The way down to one player, whatever the door: what a door must be able to do, and the bookkeeping that all share.
 *
 * S1 It is in the edge's set of sinks from its making until the socket below it is free, however it ends.
 * S2 `gone` is told once, as soon as nothing can arrive at the player any more.
 * S3 Ending is bounded: a reader that does not take the last words within `lingerMs` is cut (M4).
 * S4 It queues nothing itself. It tells how many messages the system has not taken (`backlog`) and since when nothing
 *    moved; the owner coalesces (M5) and cuts (M4).
 */
export interface SinkOwner {
  /** The system took everything that was written. */
  drained(): void;
  /** The player is gone, whoever ended it. */
  gone(): void;
}

export interface SinkOptions {
  /** All sinks of the edge, bounded. */
  readonly sinks: Set<PlayerSink>;
  /** How long last words may take. */
  readonly lingerMs: number;
}

type SinkLife =
  | { readonly phase: 'open' }
  | { readonly phase: 'ending'; readonly linger: NodeJS.Timeout; readonly sinceMs: number }
  | { readonly phase: 'closed' };

export abstract class PlayerSink {
  readonly #sinks: Set<PlayerSink>;
  readonly #lingerMs: number;
  #life: SinkLife = { phase: 'open' };
  #owner: SinkOwner | undefined;
  #gone = false;
  #backlog = 0;
  #progressMs = 0;

  /** Throws CollectionFull when the edge has as many sinks as it may. */
  constructor({ sinks, lingerMs }: SinkOptions) {
    this.#sinks = sinks;
    this.#lingerMs = lingerMs;
    sinks.add(this); // S1
  }

  /** Who is told. At once, when the player is gone already. */
  belongTo(owner: SinkOwner): void {
    this.#owner = owner;
    if (this.#gone) owner.gone();
  }

  /** Messages that the system has not taken yet. */
  get backlog(): number {
    return this.#backlog;
  }

  /** How long nothing of the backlog moved; 0 without a backlog. */
  stalledMs(nowMs: number): number {
    return this.#backlog === 0 ? 0 : nowMs - this.#progressMs;
  }

  /** How long ago the end began; 0 before. */
  endingMs(nowMs: number): number {
    return this.#life.phase === 'ending' ? nowMs - this.#life.sinceMs : 0;
  }

  /** The end takes longer than its bound, or there is no socket any more: it should not be in the set (M6). */
  isOrphan(nowMs: number): boolean {
    return this.isSevered || this.endingMs(nowMs) > 2 * this.#lingerMs;
  }

  /** Sends one message, the concatenation of both parts, with one syscall. Nothing after the end. */
  write(first: Uint8Array, second?: Uint8Array): void {
    if (this.#life.phase !== 'open' || this.#gone) return;
    const waiting = this.#backlog;
    this.#backlog += 1;
    if (this.transmit(first, second, this.#taken)) this.#backlog -= 1;
    else if (waiting === 0) this.#progressMs = performance.now();
  }

  /** Says why, or OK, and closes. */
  end(error?: ServiceError): void {
    if (this.#life.phase !== 'open') return;
    this.#linger();
    if (!this.#gone) this.finish(error);
  }

  /** Closes without a word, freeing at once whatever waits for this reader (M4). */
  reset(): void {
    if (this.#life.phase !== 'closed') this.cut();
  }

  /** The socket or stream below is gone, whether anybody was told or not. */
  abstract get isSevered(): boolean;
  /** Sends one message. True when the system has it already; if not, `taken` is called when it has. */
  protected abstract transmit(first: Uint8Array, second: Uint8Array | undefined, taken: () => void): boolean;
  /** Sends the status after what was sent before. */
  protected abstract finish(error: ServiceError | undefined): void;
  /** Resets the socket or stream below; `hasClosed` follows. */
  protected abstract cut(): void;

  /** The door saw that nothing can arrive any more; the socket or stream below may still be there. */
  protected hasGone(): void {
    if (this.#life.phase === 'open') this.#linger();
    if (this.#gone) return;
    this.#gone = true; // S2
    this.#owner?.gone();
  }

  /** The door saw that the socket or stream below is free. */
  protected hasClosed(): void {
    if (this.#life.phase === 'closed') return;
    if (this.#life.phase === 'ending') clearTimeout(this.#life.linger);
    this.#life = { phase: 'closed' };
    this.#sinks.delete(this); // S1
    this.hasGone();
  }

  readonly #taken = () => {
    this.#backlog -= 1;
    this.#progressMs = performance.now();
    if (this.#backlog === 0 && this.#life.phase === 'open') this.#owner?.drained();
  };

  #linger(): void {
    const linger = setTimeout(() => this.cut(), this.#lingerMs); // S3
    this.#life = { phase: 'ending', linger, sinceMs: performance.now() };
  }
}
