import { SessionEvent_Kind as Kind, type SessionEvent } from '@clew/protocol/clew/session/v1/session.ts';
import { redisFailure } from '@clew/service-kit/redis';
import type { ChainableCommander, Redis } from 'ioredis';
import { formatStreamId, isLater, NEVER, type Positions, parseStreamId, type StreamId } from './event-cursor.ts';
import { eventsKey, SHARDS } from './keys.ts';

/** Events of one shard, in order; never empty. */
export interface Page {
  readonly shard: number;
  readonly entries: readonly Entry[];
  /** There may be more. */
  readonly full: boolean;
}

export interface Entry {
  readonly id: StreamId;
  readonly event: SessionEvent;
}

type RawEntry = [id: string, fields: string[]];

/** The event streams of all shards, each read in one round trip. Throws UNAVAILABLE, reason REDIS_AWAY. */
export class EventStreams {
  readonly #redis: Redis;
  readonly #pageEntries: number;

  constructor(redis: Redis, pageEntries = 500) {
    this.#redis = redis;
    this.#pageEntries = pageEntries;
  }

  /** The newest id of each stream. */
  async heads(): Promise<StreamId[]> {
    const replies = await this.#each((pipeline, shard) => pipeline.xrevrange(eventsKey(shard), '+', '-', 'COUNT', 1));
    return replies.map(([newest]) => (newest === undefined ? NEVER : parseStreamId(newest[0])));
  }

  /** What came after `positions`; at most a page for each shard, and not beyond `until`. */
  async after(positions: Positions, until?: Positions): Promise<Page[]> {
    const behind = [...Array(SHARDS).keys()].filter(
      (shard) => until === undefined || isLater(until[shard]!, positions[shard]!),
    );
    const replies = await this.#each((pipeline, shard) => {
      const last = until === undefined ? '+' : formatStreamId(until[shard]!);
      pipeline.xrange(eventsKey(shard), `(${formatStreamId(positions[shard]!)}`, last, 'COUNT', this.#pageEntries);
    }, behind);
    return replies.flatMap((entries, index) =>
      entries.length === 0
        ? []
        : [{ shard: behind[index]!, entries: entries.map(readEntry), full: entries.length === this.#pageEntries }],
    );
  }

  async #each(
    ask: (pipeline: ChainableCommander, shard: number) => void,
    shards: readonly number[] = [...Array(SHARDS).keys()],
  ): Promise<RawEntry[][]> {
    if (shards.length === 0) return [];
    const pipeline = this.#redis.pipeline();
    for (const shard of shards) ask(pipeline, shard);
    const results = (await pipeline.exec()) ?? [];
    return results.map(([error, reply]) => {
      if (error !== null) throw redisFailure(error);
      return reply as RawEntry[];
    });
  }
}

function readEntry([id, fields]: RawEntry): Entry {
  const values: Record<string, string> = {};
  for (let index = 0; index < fields.length; index += 2) values[fields[index]!] = fields[index + 1]!;
  return {
    id: parseStreamId(id),
    event: {
      playerId: values.p ?? '',
      epoch: Number(values.e),
      kind: Kind[`KIND_${values.k}` as keyof typeof Kind] ?? Kind.KIND_UNSPECIFIED,
      matchId: values.m ?? '',
      reason: values.r ?? '',
    },
  };
}
