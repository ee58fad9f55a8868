import type { Redis } from 'ioredis';
import { inOneTrip, type RedisCommand } from '../one-trip.ts';
import type { Instruments } from './instruments.ts';

/** Keys that are drawn at random for each survey. */
const samplesMax = 32;
/** Whoever reads more often gets the last survey again. */
const freshMs = 2_000;

interface Survey {
  readonly version: string;
  readonly usedBytes: number;
  readonly limitBytes: number;
  readonly keys: number;
  readonly clients: number;
  readonly samples: number;
  readonly withoutTtl: number;
}

/** What Redis itself says: memory, keys, clients, and how many of some random keys have no TTL: none should. */
export function measureRedisServer(instruments: Instruments, redis: Redis): void {
  let survey: Survey | undefined;
  let takenMs = Number.NEGATIVE_INFINITY;
  let samples = 0;
  let withoutTtl = 0;
  instruments.beforeRead(async () => {
    if (performance.now() - takenMs < freshMs) return;
    takenMs = performance.now();
    survey = await takeSurvey(redis).catch(() => undefined);
    samples += survey?.samples ?? 0;
    withoutTtl += survey?.withoutTtl ?? 0;
  });
  const gauge = (name: string, unit: string, description: string, read: (survey: Survey) => number) =>
    instruments.gauge({ name: `clew.redis.${name}`, unit, description }, () => survey && read(survey));
  const server = { name: 'clew.redis.server', unit: '{server}', description: '1, with the version of Redis.' };
  instruments.gauge(server, () => (survey ? [{ value: 1, attributes: { version: survey.version } }] : []));
  gauge('memory.used', 'By', 'Memory that Redis uses.', ({ usedBytes }) => usedBytes);
  gauge('memory.limit', 'By', 'maxmemory of Redis, or its machine.', ({ limitBytes }) => limitBytes);
  gauge('keys', '{key}', 'Keys in Redis.', ({ keys }) => keys);
  gauge('clients', '{client}', 'Connections to Redis.', ({ clients }) => clients);
  instruments.counter(
    {
      name: 'clew.redis.keys_sampled',
      unit: '{key}',
      description: 'Keys drawn at random to see whether they have a TTL.',
    },
    () => samples,
  );
  instruments.counter(
    { name: 'clew.redis.keys_without_ttl', unit: '{key}', description: 'Drawn keys without a TTL: none should be.' },
    () => withoutTtl,
  );
}

async function takeSurvey(redis: Redis): Promise<Survey> {
  const draw: RedisCommand[] = Array.from({ length: samplesMax }, () => ['RANDOMKEY']);
  const [server, memory, clients, keys, ...drawn] = await answersOf(redis, [
    ['INFO', 'server'],
    ['INFO', 'memory'],
    ['INFO', 'clients'],
    ['DBSIZE'],
    ...draw,
  ]);
  const names = drawn.filter((name): name is Buffer => name instanceof Buffer);
  const ttls = await answersOf(
    redis,
    names.map((name) => ['TTL', name]),
  );
  const limitBytes = numberOf(memory, 'maxmemory') || numberOf(memory, 'total_system_memory');
  return {
    version: /^redis_version:([\d.]+)/m.exec(String(server))?.[1] ?? 'unknown',
    usedBytes: numberOf(memory, 'used_memory'),
    limitBytes,
    keys: Number(keys),
    clients: numberOf(clients, 'connected_clients'),
    samples: names.length,
    withoutTtl: ttls.filter((ttl) => ttl === -1).length, // -2: gone meanwhile
  };
}

async function answersOf(redis: Redis, commands: readonly RedisCommand[]): Promise<unknown[]> {
  const replies = await inOneTrip(redis, commands);
  for (const reply of replies) if (reply instanceof Error) throw reply;
  return replies;
}

function numberOf(info: unknown, field: string): number {
  return Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(String(info))?.[1] ?? 0);
}
