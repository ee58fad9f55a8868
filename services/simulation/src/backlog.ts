/** What may wait for an edge, in messages and bytes. */
export const BACKLOG_MESSAGES_MAX = 16;
export const BACKLOG_BYTES_MAX = 1024 * 1024;

/**
 * The messages that a reader has not taken yet. At the bound it is congested, and stays so until the reader took all:
 * whoever catches up by a single message would be behind again with the next.
 */
export class Backlog {
  /**
   * M3: at the bound no frame is written any more; what is added beyond are answers, and a reader who does not take those
   * is cut off.
   */
  readonly #sizes: number[] = [];
  #bytes = 0;
  #congested = false;
  #progressMs = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get messages(): number {
    return this.#sizes.length;
  }

  get congested(): boolean {
    return this.#congested;
  }

  /** A message was handed to the system; true when that makes it congested. */
  add(bytes: number, nowMs: number): boolean {
    if (this.#sizes.length === 0) this.#progressMs = nowMs;
    this.#sizes.push(bytes);
    this.#bytes += bytes;
    if (this.#congested) return false;
    this.#congested = this.#sizes.length >= BACKLOG_MESSAGES_MAX || this.#bytes >= BACKLOG_BYTES_MAX;
    return this.#congested;
  }

  /** The oldest one was taken. */
  taken(nowMs: number): void {
    this.#bytes -= this.#sizes.shift() ?? 0;
    this.#progressMs = nowMs;
    if (this.#sizes.length === 0) this.#congested = false;
  }

  /** For how long the reader has taken nothing although something waits. */
  stalledMs(nowMs: number): number {
    return this.#sizes.length === 0 ? 0 : nowMs - this.#progressMs;
  }
}
