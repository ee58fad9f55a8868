/**
 * The trace of a join, for operators: from signing in or asking for a match until the player sits in one, all calls carry one
 * W3C traceparent, so that what the services tell of them belongs together. It names a click, not a player, and it is all
 * that the browser needs of OpenTelemetry.
 */
export class JoinTrace {
  #id: string | undefined;

  /** A join begins; one that is under way goes on. */
  begin(): void {
    this.#id ??= hex(16);
  }

  end(): void {
    this.#id = undefined;
  }

  /** The header for one call; undefined while nobody joins. */
  readonly header = (): string | undefined => (this.#id === undefined ? undefined : `00-${this.#id}-${hex(8)}-01`);
}

/** Random digits; never all zeros, which the header forbids. */
function hex(bytes: number): string {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  random[0] = (random[0] ?? 0) | 1;
  return Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
