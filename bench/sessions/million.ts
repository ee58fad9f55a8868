import { Session_State } from '@clew/protocol/clew/session/v1/session.ts';
import { scriptName } from '@clew/service-kit/lua-script';
import type { Redis } from 'ioredis';
import type { EpochOf, SessionLaw } from '../../services/session/src/session-store.ts';
import type { Bench, Figure } from '../area.ts';
import { LOAD_CORE, pin, SERVER_CORE } from '../servers/process-figures.ts';
import { BenchClient } from './client.ts';
import { batches, populate } from './population.ts';
import type { SessionProcess } from './programs.ts';

const FEW = 100_000;
const MANY = 1_000_000;
const PAGE = 1_000;
/** Slower commands than this get into the SLOWLOG: some of them always do, so that its longest is the longest. */
const SLOWLOG_FROM_US = 200;

/** What a million live sessions cost Redis and the service, and what listing them costs others. */
export async function* million(
  { session, redis, law }: { session: SessionProcess; redis: Redis; law: SessionLaw },
  { say, stop }: Bench,
): AsyncGenerator<Figure> {
  using client = new BenchClient(session.address);
  const emptyBytes = await usedBytes(redis);
  const refs: EpochOf[] = [];
  const grow = async (to: number) => {
    const told = (done: number) => {
      if (done % 100_000 === 0) say(`  ${(refs.length + done).toLocaleString('en')} sessions`);
    };
    const more = await populate(redis, law, to - refs.length, told, stop);
    for (const ref of more) refs.push(ref);
    say('  renewing all of them …');
    // Every one of them goes through the service.
    for (const sessions of batches(refs)) await client.renew({ edgeId: 'edge-1', sessions });
  };

  say(`${FEW.toLocaleString('en')} sessions: create, attach, match, renew …`);
  await grow(FEW);
  await listAll(client, FEW);
  const fewBytes = await session.heldBytes();
  say(`${MANY.toLocaleString('en')} sessions …`);
  await grow(MANY);
  const redisBytes = ((await usedBytes(redis)) - emptyBytes) / MANY;
  yield { figure: 'sessions.redis_bytes_per_session', value: Math.round(redisBytes), unit: 'B', max: 700 };

  say('listing them all …');
  await redis.config('SET', 'slowlog-log-slower-than', SLOWLOG_FROM_US);
  await redis.config('SET', 'slowlog-max-len', 100_000);
  await redis.call('SLOWLOG', 'RESET');
  const startMs = performance.now();
  {
    using _ = await apart(redis, session);
    await listAll(client, MANY);
  }
  const seconds = Math.round((performance.now() - startMs) / 1_000);
  const entries = (await redis.call('SLOWLOG', 'GET', '-1')) as [number, number, number, string[]][];
  const slowest = entries.toSorted(([, , left], [, , right]) => right - left);
  const atLeast = (ms: number) => entries.filter(([, , us]) => us >= ms * 1_000).length;
  const [, , longestUs, command] = slowest[0] ?? [0, 0, SLOWLOG_FROM_US, ['none']];
  const longestMs = longestUs / 1_000;
  const conditions = {
    list_s: seconds,
    // What was told of beside the longest: one of many is the machine's, not the command's.
    slowest: scriptName(command[1] ?? '') ?? command[0]!,
    from_1_ms: atLeast(1),
    from_2_ms: atLeast(2),
    from_5_ms: atLeast(5),
    all: entries.length,
  };
  yield { figure: 'sessions.list_command_ms_max', value: longestMs, unit: 'ms', max: 5, conditions };

  const perSession = ((await session.heldBytes()) - fewBytes) / (MANY - FEW);
  yield { figure: 'sessions.process_bytes_per_session', value: Math.round(perSession * 100) / 100, unit: 'B', max: 4 };
}

async function listAll(client: BenchClient, expected: number): Promise<void> {
  const seen = new Set<string>();
  let pageToken = '';
  do {
    const state = Session_State.STATE_UNSPECIFIED;
    const page = await client.list({
      pageSize: PAGE,
      pageToken,
      state,
      edgeId: '',
      ageMin: undefined,
      ageMax: undefined,
    });
    if (page.sessions.length > PAGE) throw new Error(`a page of ${page.sessions.length}`);
    for (const { playerId } of page.sessions) seen.add(playerId);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  if (seen.size !== expected) throw new Error(`${seen.size} of ${expected} sessions were listed`);
}

/**
 * Gives Redis a core of its own, for SLOWLOG counts what a command waits for one, too; the service and this process share
 * the other. Until it is disposed of.
 */
async function apart(redis: Redis, session: SessionProcess): Promise<Disposable> {
  const redisPid = Number(/process_id:(\d+)/.exec(await redis.info('server'))?.[1]);
  const others = [session.pid, process.pid];
  pin(redisPid, SERVER_CORE);
  for (const pid of others) pin(pid, LOAD_CORE);
  return {
    [Symbol.dispose]: () => {
      for (const pid of [redisPid, ...others]) pin(pid, SERVER_CORE, LOAD_CORE);
    },
  };
}

/** After what is freed by and by has been freed. */
async function usedBytes(redis: Redis): Promise<number> {
  await redis.call('MEMORY', 'PURGE');
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
}
