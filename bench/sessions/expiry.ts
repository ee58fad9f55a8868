import { setTimeout as delay } from 'node:timers/promises';
import { SessionEvent_Kind, type WatchSessionsResponse } from '@clew/protocol/clew/session/v1/session.ts';
import type { Redis } from 'ioredis';
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

/** From a lease's deadline until a watcher hears that it ran out, of many that run out at once beside many that do not. */
export async function* expiry(redisUrl: string, redis: Redis, bench: Bench): AsyncGenerator<Figure> {
  const { say, stop } = bench;
  say(`expiry: ${(EXPIRING + LIVING).toLocaleString('en')} sessions …`);
  const long = new SessionStore(redis, benchLaw(LONG_LEASE_MS));
  const refs = await populate(long, EXPIRING + LIVING, () => {}, stop);
  const [expiring, living] = [refs.slice(0, EXPIRING), refs.slice(EXPIRING)];
  await using session = await startSessionProcess(redisUrl, { CLEW_SESSION_LEASE_MS: String(LEASE_MS) }, stop);
  using client = new BenchClient(session.address);
  const heardMs = new Map<string, number>();
  const watch = client.watch();
  watch.on('data', ({ events }: WatchSessionsResponse) => {
    const nowMs = Date.now();
    for (const { kind, playerId } of events) if (kind === SessionEvent_Kind.KIND_EXPIRED) heardMs.set(playerId, nowMs);
  });
  watch.on('error', () => {});

  const over = new AbortController();
  const kept = keep(client, living, over.signal);
  for (const sessions of batches(expiring)) await client.renew({ edgeId: 'edge-1', sessions });
  const store = new SessionStore(redis, benchLaw(LEASE_MS));
  const deadlines = new Map<string, number>();
  for (const batch of batches(expiring)) {
    const found = await store.get(batch.map(({ playerId }) => playerId));
    for (const { playerId, expireTime } of found) deadlines.set(playerId, expireTime!.getTime());
  }
  const ends = [...deadlines.values()].sort((left, right) => left - right);
  const withinMs = ends.at(-1)! - ends[0]!;
  say(
    `expiry: ${ends.length} leases run out within ${withinMs} ms, in ${Math.round((ends[0]! - Date.now()) / 1_000)} s …`,
  );
  const patience = AbortSignal.any([stop, AbortSignal.timeout(3 * LEASE_MS)]);
  while (heardMs.size < EXPIRING) await delay(100, undefined, { signal: patience });
  over.abort();
  await kept;
  watch.cancel();

  const lags = [...deadlines].map(([playerId, deadlineMs]) => heardMs.get(playerId)! - deadlineMs);
  lags.sort((left, right) => left - right);
  const conditions = { within_ms: withinMs, p50_ms: quantile(lags, 0.5), max_ms: lags.at(-1)!, living: LIVING };
  yield { figure: 'sessions.expiry_lag_ms_p99', value: quantile(lags, 0.99), unit: 'ms', max: 500, conditions };
}

/** Renews them as an edge does, spread over the time between two renewals. */
async function keep(client: BenchClient, refs: readonly EpochOf[], signal: AbortSignal): Promise<void> {
  const all = batches(refs);
  let turn = 0;
  while (!signal.aborted) {
    const batch = all[turn++ % all.length]!;
    const sent = client.renew({ edgeId: 'edge-1', sessions: batch });
    await Promise.all([
      sent,
      delay(turn <= all.length ? 0 : RENEW_EVERY_MS / all.length, undefined, { signal }).catch(() => {}),
    ]);
  }
}

const quantile = (sorted: readonly number[], q: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
