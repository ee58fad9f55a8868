import { setTimeout as delay } from 'node:timers/promises';
import { SessionEvent_Kind, type WatchSessionsResponse } from '@clew/protocol/clew/session/v1/session.ts';
import type { Redis } from 'ioredis';
import { EventStreams } from '../../services/session/src/event-streams.ts';
import { SHARDS } from '../../services/session/src/keys.ts';
import { type EpochOf, SessionStore } from '../../services/session/src/session-store.ts';
import type { Bench, Figure } from '../area.ts';
import { BenchClient } from './client.ts';
import { benchLaw } from './law.ts';
import { batches, populate } from './population.ts';
import { startSessionProcess } from './programs.ts';

const EXPIRING = 20_000;
const LIVING = 200_000;
const LEASE_MS = 20_000;
/** As an edge renews. */
const RENEW_EVERY_MS = 8_000;
/** Leases that are made before the real one must not run out meanwhile. */
const LONG_LEASE_MS = 600_000;
/** More than run out in any shard. */
const EVENTS_READ = 2_000;

/**
 * From a lease's deadline until a watcher hears that it ran out, of many that run out at once beside many that do not.
 * Where the time went is told by the times of the events: deadline to sweep, sweep to watcher.
 */
export async function* expiry(redisUrl: string, redis: Redis, bench: Bench): AsyncGenerator<Figure> {
  const { say, stop } = bench;
  say(`expiry: ${(EXPIRING + LIVING).toLocaleString('en')} sessions …`);
  const refs = await populate(redis, benchLaw(LONG_LEASE_MS), EXPIRING + LIVING, () => {}, stop);
  const [expiring, living] = [refs.slice(0, EXPIRING), refs.slice(EXPIRING)];
  await using session = await startSessionProcess(redisUrl, { CLEW_SESSION_LEASE_MS: String(LEASE_MS) }, stop);
  using client = new BenchClient(session.address);
  const over = new AbortController();
  const heardMs = new Map<string, number>();
  const watch = client.watch();
  watch.on('data', ({ events }: WatchSessionsResponse) => {
    const nowMs = Date.now();
    for (const { kind, playerId } of events) if (kind === SessionEvent_Kind.KIND_EXPIRED) heardMs.set(playerId, nowMs);
  });
  watch.on('error', (error) => {
    if (!over.signal.aborted) say(`expiry: the watch ended: ${error.message}`);
  });

  say('expiry: renewing all …');
  const renew = (sessions: EpochOf[]) => client.renew({ edgeId: 'edge-1', sessions });
  for (const sessions of batches(living)) await renew(sessions);
  // Then these, spread over a second, so that they run out in one; and only then go on with the others.
  await Promise.all(
    batches(expiring).map((sessions, nth, all) => delay((nth * 950) / all.length).then(() => renew(sessions))),
  );
  const kept = keep(renew, living, over.signal);
  const deadlines = await deadlinesOf(new SessionStore(redis, benchLaw(LEASE_MS)), expiring);
  const ends = [...deadlines.values()].sort((left, right) => left - right);
  const withinMs = ends.at(-1)! - ends[0]!;
  const leftS = Math.round((ends[0]! - Date.now()) / 1_000);
  say(`expiry: ${ends.length} leases run out within ${withinMs} ms, in ${leftS} s …`);
  const patience = AbortSignal.any([stop, AbortSignal.timeout(3 * LEASE_MS)]);
  while (heardMs.size < EXPIRING) await delay(100, undefined, { signal: patience });
  over.abort();
  await kept;
  watch.cancel();

  const sweptMs = await expiredAt(redis, ends[0]!);
  const lags = [...deadlines].map(([playerId, deadlineMs]) => {
    const [swept, heard] = [sweptMs.get(playerId)!, heardMs.get(playerId)!];
    return { toHeard: heard - deadlineMs, toSwept: swept - deadlineMs, told: heard - swept };
  });
  const toHeard = quantiles(lags.map((lag) => lag.toHeard));
  const conditions = {
    within_ms: withinMs,
    p50_ms: toHeard(0.5),
    max_ms: toHeard(1),
    until_swept_p99_ms: quantiles(lags.map((lag) => lag.toSwept))(0.99),
    swept_until_heard_p99_ms: quantiles(lags.map((lag) => lag.told))(0.99),
    living: LIVING,
  };
  yield { figure: 'sessions.expiry_lag_ms_p99', value: toHeard(0.99), unit: 'ms', max: 500, conditions };
}

/** Renews them as an edge does, spread over the time between two renewals. */
async function keep(renew: (batch: EpochOf[]) => Promise<unknown>, refs: readonly EpochOf[], signal: AbortSignal) {
  const all = batches(refs);
  const pauseMs = RENEW_EVERY_MS / all.length;
  let dueMs = performance.now();
  for (let turn = 0; !signal.aborted; turn += 1) {
    await renew(all[turn % all.length]!);
    dueMs += pauseMs;
    // What could not be renewed in time is not made up for in a rush.
    dueMs = Math.max(dueMs, performance.now() - pauseMs);
    await delay(Math.max(0, dueMs - performance.now()), undefined, { signal }).catch(() => {});
  }
}

/** When the leases run out, by player. */
async function deadlinesOf(store: SessionStore, refs: readonly EpochOf[]): Promise<Map<string, number>> {
  const deadlines = new Map<string, number>();
  for (const batch of batches(refs)) {
    const found = await store.get(batch.map(({ playerId }) => playerId));
    for (const { playerId, expireTime } of found) deadlines.set(playerId, expireTime!.getTime());
  }
  return deadlines;
}

/** When leases were found to have run out, by player: the times that Redis gave the events. */
async function expiredAt(redis: Redis, fromMs: number): Promise<Map<string, number>> {
  const streams = new EventStreams(redis, EVENTS_READ);
  const from = Array.from({ length: SHARDS }, () => ({ ms: fromMs, sequence: 0 }));
  const times = new Map<string, number>();
  for (const { entries } of await streams.after(from)) {
    for (const { id, event } of entries) {
      if (event.kind === SessionEvent_Kind.KIND_EXPIRED) times.set(event.playerId, id.ms);
    }
  }
  return times;
}

function quantiles(values: readonly number[]): (q: number) => number {
  const sorted = values.toSorted((left, right) => left - right);
  return (q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
}
