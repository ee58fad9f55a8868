import type { RenewSessionsResponse } from '@clew/protocol/clew/session/v1/session.ts';
import { RenewOutcome as Outcome } from '@clew/protocol/clew/session/v1/session.ts';
import type { Collections } from '@clew/service-kit/collections';
import type { Counters } from '@clew/service-kit/counters';
import type { Histogram } from '@clew/service-kit/telemetry/histogram';
import { endingByRenewal } from '../endings.ts';
import { sessionRecord } from '../held-session.ts';
import type { SessionPeer } from '../peers.ts';
import type { PlayerDirectory } from '../player-directory.ts';
import type { PlayerStream } from '../player-stream.ts';

/**
 * Keeps the leases of the open streams' sessions, in batches. When one is due stands on its stream, so that nothing is
 * left here of a stream that ended.
 *
 * R1 Due dates are spread over a quarter of `renewMs`: streams that opened together drift apart.
 * R2 At most 1,000 sessions in a batch, at most 4 batches under way: the rest stays due. That holds when session was away,
 *    too: everything is due then, and nothing is worse than it was.
 * R3 A denied lease ends its stream at once. A missing record was lost with Redis' data, and is written again.
 * R4 No answer drops nobody: the batch is due again after a second or two.
 */
export interface RenewalsOptions {
  readonly session: SessionPeer;
  readonly directory: PlayerDirectory<PlayerStream>;
  readonly edgeId: string;
  readonly renewMs: number;
  readonly callMs: number;
  readonly collections: Collections;
  readonly counters: Counters;
  /** Seconds that leases were renewed later than they were due. */
  readonly lag: Histogram;
}

const batchMax = 1_000;
const batchesMax = 4;
const roundsPerRenewal = 16;

export class Renewals implements Disposable {
  readonly #options: RenewalsOptions;
  readonly #batches: Set<Promise<void>>;
  readonly #stop = new AbortController();
  readonly #rounds: NodeJS.Timeout;

  constructor(options: RenewalsOptions) {
    this.#options = options;
    this.#batches = options.collections.set('edge.renewals', { bound: batchesMax });
    this.#rounds = setInterval(() => this.#round(), Math.max(1, options.renewMs / roundsPerRenewal));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#rounds);
    this.#stop.abort();
  }

  #round(): void {
    const nowMs = performance.now();
    let due: PlayerStream[] = [];
    for (const stream of this.#options.directory) {
      if (stream.renewMs === 0) stream.renewMs = this.#nextMs(nowMs);
      if (stream.renewMs > nowMs) continue;
      if (this.#batches.size >= batchesMax) return; // R2
      due.push(stream);
      if (due.length === batchMax) {
        this.#start(due);
        due = [];
      }
    }
    if (due.length > 0) this.#start(due);
  }

  #start(streams: readonly PlayerStream[]): void {
    for (const stream of streams) stream.renewMs = Number.POSITIVE_INFINITY;
    const batch = this.#renew(streams).finally(() => this.#batches.delete(batch));
    this.#batches.add(batch);
  }

  async #renew(streams: readonly PlayerStream[]): Promise<void> {
    const { session, edgeId } = this.#options;
    const sessions = streams.map(({ playerId, epoch }) => ({ playerId, epoch }));
    const answer = await this.#call((options) => session.renewSessions({ edgeId, sessions }, options));
    const missing = this.#settle(streams, answer);
    if (missing.length === 0) return;
    const records = missing.map((stream) => sessionRecord(stream.session, edgeId, stream.matchId));
    const written = await this.#call((options) => session.reinstateSessions({ edgeId, records }, options));
    this.#settle(missing, written);
    const stand = written?.outcomes.filter((outcome) => outcome === Outcome.RENEW_OUTCOME_RENEWED) ?? [];
    this.#options.counters.add('edge.sessions_reinstated', stand.length);
  }

  /** Does what the outcomes say; the streams whose records are missing are left over. */
  #settle(streams: readonly PlayerStream[], answer: RenewSessionsResponse | undefined): PlayerStream[] {
    const nowMs = performance.now();
    const missing: PlayerStream[] = [];
    for (const [index, stream] of streams.entries()) {
      const outcome = answer?.outcomes[index];
      const ending = outcome === undefined ? undefined : endingByRenewal(outcome, answer?.kickReasons[index]);
      stream.leaseDenied = ending !== undefined;
      if (outcome === Outcome.RENEW_OUTCOME_RENEWED) this.#renewed(stream, nowMs);
      if (ending !== undefined)
        stream.end(ending); // R3
      else if (outcome === Outcome.RENEW_OUTCOME_MISSING) missing.push(stream);
      stream.renewMs = outcome === Outcome.RENEW_OUTCOME_RENEWED ? this.#nextMs(nowMs) : this.#againMs(nowMs);
    }
    return missing;
  }

  #renewed(stream: PlayerStream, nowMs: number): void {
    const lagMs = nowMs - stream.renewedMs - this.#options.renewMs * 1.25; // R1: so late it may be due
    this.#options.lag.record(Math.max(0, lagMs) / 1_000);
    stream.renewedMs = nowMs;
  }

  async #call(
    call: (options: { deadline: number; signal: AbortSignal }) => Promise<RenewSessionsResponse>,
  ): Promise<RenewSessionsResponse | undefined> {
    try {
      return await call({ deadline: this.#options.callMs, signal: this.#stop.signal });
    } catch {
      this.#options.counters.add('edge.renewals_failed');
      return undefined; // R4
    }
  }

  #nextMs(nowMs: number): number {
    return nowMs + this.#options.renewMs * (1 + Math.random() / 4); // R1
  }

  #againMs(nowMs: number): number {
    return nowMs + (this.#options.renewMs / 8) * (1 + Math.random());
  }
}
