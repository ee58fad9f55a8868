import { SessionEvent_Kind as Kind, type SessionEvent } from '@clew/protocol/clew/session/v1/session.ts';
import { inOneTrip, type RedisCommand } from '@clew/service-kit/one-trip';
import { redisFailure } from '@clew/service-kit/redis';
import type { Redis } from 'ioredis';
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

type RawEntry = [id: Buffer, [kind: Buffer, told: Buffer]];

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
    const replies = await this.#each((shard) => ['XREVRANGE', eventsKey(shard), '+', '-', 'COUNT', 1]);
    return replies.map(([newest]) => (newest === undefined ? NEVER : parseStreamId(newest[0].toString())));
  }

  /** What came after `positions`; at most a page for each shard, and not beyond `until`. */
  async after(positions: Positions, until?: Positions): Promise<Page[]> {
    const behind = [...Array(SHARDS).keys()].filter(
      (shard) => until === undefined || isLater(until[shard]!, positions[shard]!),
    );
    const replies = await this.#each((shard) => {
      const last = until === undefined ? '+' : formatStreamId(until[shard]!);
      return ['XRANGE', eventsKey(shard), `(${formatStreamId(positions[shard]!)}`, last, 'COUNT', this.#pageEntries];
    }, behind);
    return replies.flatMap((entries, index) =>
      entries.length === 0
        ? []
        : [{ shard: behind[index]!, entries: entries.map(readEntry), full: entries.length === this.#pageEntries }],
    );
  }

  async #each(
    ask: (shard: number) => RedisCommand,
    shards: readonly number[] = [...Array(SHARDS).keys()],
  ): Promise<RawEntry[][]> {
    const replies = await inOneTrip(this.#redis, shards.map(ask));
    for (const reply of replies) if (reply instanceof Error) throw redisFailure(reply);
    return replies as RawEntry[][];
  }
}

/** A field named by the kind: player, epoch, match and reason, with blanks between them (scripts/law.lua). */
function readEntry([id, [kind, told]]: RawEntry): Entry {
  const [, playerId = '', epoch, matchId = '', reason = ''] = /^(\S*) (\d+) (\S*) (.*)$/s.exec(told.toString()) ?? [];
  return {
    id: parseStreamId(id.toString()),
    event: {
      playerId,
      epoch: Number(epoch),
      kind: Kind[`KIND_${kind}` as keyof typeof Kind] ?? Kind.KIND_UNSPECIFIED,
      matchId,
      reason,
    },
  };
}
