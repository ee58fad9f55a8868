import { RenewOutcome } from '@clew/protocol/clew/session/v1/session.ts';
import { LuaScript, type ScriptCall } from '@clew/service-kit/lua-script';
import type { Redis } from 'ioredis';
import { byShard, scriptKeys } from '../../services/session/src/keys.ts';
import { type EpochOf, lawArguments, type SessionLaw } from '../../services/session/src/session-store.ts';
import type { Bench, Figure } from '../area.ts';
import { BenchClient, CreateAnswer, EchoAnswer } from './client.ts';
import { batches, populate } from './population.ts';
import { startEcho } from './programs.ts';
import { inTurns, keepInFlight } from './rounds.ts';

const CREATES_IN_FLIGHT = 128;
const RENEWED_SESSIONS = 50_000;
/** As an edge does. */
const BATCHES_IN_FLIGHT = 4;

/** Sign-ins through the service, against an echo that does nothing, under the same client. */
export async function* creates(address: string, { say }: Bench): AsyncGenerator<Figure> {
  await using echo = await startEcho();
  using session = new BenchClient(address);
  using mirror = new BenchClient(echo.address);
  say(`creates: ${CREATES_IN_FLIGHT} in flight, in turns with an echo …`);
  const result = await inTurns(
    (seconds) =>
      keepInFlight(CREATES_IN_FLIGHT, seconds, async () => ((await session.create(CreateAnswer)).token ? 1 : 0)),
    (seconds) =>
      keepInFlight(CREATES_IN_FLIGHT, seconds, async () => ((await mirror.create(EchoAnswer)).playerId ? 1 : 0)),
    { rounds: 7, seconds: 2, say },
  );
  const conditions = { creates_per_s: Math.round(result.left), echoes_per_s: Math.round(result.right) };
  yield { figure: 'sessions.creates_ratio', value: rounded(result.ratio), unit: '1', min: 0.5, conditions };
}

/** Renewals through the service, against ioredis that runs the same script in the same batches. */
export async function* renewals(
  { address, redis, law }: { address: string; redis: Redis; law: SessionLaw },
  { say, stop }: Bench,
): AsyncGenerator<Figure> {
  say(`renewals: making ${RENEWED_SESSIONS} sessions …`);
  const refs = batches(await populate(redis, law, RENEWED_SESSIONS, () => {}, stop));
  const calls = refs.map((batch) => scriptCalls(batch, lawArguments(law)));
  using client = new BenchClient(address);
  const scripts = new URL('../../services/session/src/scripts/', import.meta.url);
  const script = new LuaScript(new URL('renew.lua', scripts), new URL('law.lua', scripts));
  let [turn, ceilingTurn] = [0, 0];
  const renew = async () => {
    const sessions = refs[turn++ % refs.length]!;
    const { outcomes } = await client.renew({ edgeId: 'edge-1', sessions });
    return counted(
      outcomes.filter((outcome) => outcome === RenewOutcome.RENEW_OUTCOME_RENEWED).length,
      sessions.length,
    );
  };
  const ceiling = async () => {
    const batch = calls[ceilingTurn++ % calls.length]!;
    const replies = (await script.runEach(redis, batch)) as number[][];
    let renewed = 0;
    for (const outcomes of replies) for (const outcome of outcomes) if (outcome === 1) renewed += 1;
    return counted(renewed, 1_000);
  };
  say(`renewals: ${BATCHES_IN_FLIGHT} batches of 1000 in flight, in turns with ioredis …`);
  const result = await inTurns(
    (seconds) => keepInFlight(BATCHES_IN_FLIGHT, seconds, renew),
    (seconds) => keepInFlight(BATCHES_IN_FLIGHT, seconds, ceiling),
    { rounds: 5, seconds: 2, say },
  );
  const conditions = { renewals_per_s: Math.round(result.left), ioredis_per_s: Math.round(result.right) };
  yield { figure: 'sessions.renewals_ratio', value: rounded(result.ratio), unit: '1', min: 0.6, conditions };
}

/** A batch as the store sends it: one call for each shard. */
function scriptCalls(batch: readonly EpochOf[], law: readonly (string | number)[]): ScriptCall[] {
  return [...byShard(batch.map(({ playerId }) => playerId))].map(([shard, positions]) => {
    const group = positions.map((position) => batch[position]!);
    const keys = scriptKeys(
      shard,
      group.map(({ playerId }) => playerId),
    );
    return { keys, args: [...law, ...group.flatMap(({ playerId, epoch }) => [playerId, epoch])] };
  });
}

function counted(renewed: number, asked: number): number {
  if (renewed !== asked) throw new Error(`${asked - renewed} of ${asked} renewals were refused`);
  return renewed;
}

const rounded = (ratio: number) => Math.round(ratio * 1_000) / 1_000;
