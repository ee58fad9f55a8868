import { randomBytes } from 'node:crypto';
import type { RenewOutcome, Session } from '@clew/protocol/clew/session/v1/session.ts';
import { LuaScript, type ScriptCall } from '@clew/service-kit/lua-script';
import type { Redis } from 'ioredis';
import { byShard, SHARDS, scriptKeys, sessionPrefix, shardOf } from './keys.ts';
import { type Reply, readFirstAnswer, readReply, readSession } from './session-record.ts';
import { requestMark, type ShownToken, seal, TOKEN_BYTES, token, tokenHash } from './token.ts';

/**
 * Sessions in Redis. Every transition is one script that checks token or epoch by Redis' own clock; this file only says
 * what goes in and what comes out. Nothing of a session stays in the process (M1).
 *
 *     create ──► detached ◄── resume ──┐
 *                 │  ▲  └── attach ──► attached ──┐
 *                 │  └────── detach ───┘  └─renew─┘
 *                 ├── end ──► tombstone, 10 minutes
 *                 └── deadline passed ──► swept, announced once
 *
 * All of it throws UNAVAILABLE, reason REDIS_AWAY, when Redis does not do its part.
 */
export interface SessionLaw {
  /** A lease's length. */
  readonly leaseMs: number;
  /** When nobody swept for longer, no lease runs out for one whole lease. */
  readonly sweepPauseMsMax: number;
  /** Events kept per shard, and for how long after the last of them. */
  readonly eventsMax: number;
  readonly eventsMs: number;
  /** How long an ended session is known as ended. */
  readonly tombstoneMs: number;
}

export type CreateOutcome =
  | { readonly kind: 'created' | 'entered' | 'replaced' | 'repeated'; readonly taken: Taken & { resumed: boolean } }
  /** Attached; nothing was touched. */
  | { readonly kind: 'active' }
  /** Repeated, but the token of the first answer is in use: it arrived. */
  | { readonly kind: 'spent' };

export type ResumeOutcome =
  | { readonly kind: 'resumed' | 'repeated'; readonly taken: Taken }
  | { readonly kind: 'unknown' };

export interface Taken {
  readonly session: Session;
  readonly token: string;
}

/** One session as an edge knows it. */
export interface EpochOf {
  readonly playerId: string;
  readonly epoch: number;
}

/** A record to write again. */
export interface LostRecord extends EpochOf {
  readonly displayName: string;
  readonly matchId: string;
  readonly createMs: number;
  readonly tokenHash: Uint8Array;
}

export interface SweepOutcome {
  /** Leases ended. */
  readonly expired: number;
  /** Shards in which a hold-off began. */
  readonly heldOff: number;
  /** More leases may be due now. */
  readonly more: boolean;
}

const law = new URL('scripts/law.lua', import.meta.url);
const script = (name: string) => new LuaScript(new URL(`scripts/${name}.lua`, import.meta.url), law);

const scripts = {
  create: script('create'),
  resume: script('resume'),
  attach: script('attach'),
  authenticate: script('authenticate'),
  renew: script('renew'),
  reinstate: script('reinstate'),
  detach: script('detach'),
  end: script('end'),
  assignMatch: script('assign-match'),
  get: script('get'),
  sweep: script('sweep'),
};

export class SessionStore {
  readonly #redis: Redis;
  readonly #law: readonly (number | string)[];

  constructor(redis: Redis, { leaseMs, sweepPauseMsMax, eventsMax, eventsMs, tombstoneMs }: SessionLaw) {
    this.#redis = redis;
    this.#law = [leaseMs, sweepPauseMsMax, `${eventsMax} ${eventsMs} ${tombstoneMs}`];
  }

  /** Takes the lease of a player who proved the secret. An empty request id cannot be repeated. */
  async create(playerId: string, displayName: string, takeOver: boolean, requestId: string): Promise<CreateOutcome> {
    const fresh = rotation(requestId);
    const reply = await this.#one(scripts.create, playerId, [
      playerId,
      displayName,
      takeOver ? '1' : '0',
      fresh.hash,
      requestMark(requestId),
      fresh.sealed,
    ]);
    const session = () => readSession(playerId, reply);
    switch (reply.outcome) {
      case 'CREATED':
        return { kind: 'created', taken: { session: session(), token: token(playerId, fresh.random), resumed: false } };
      case 'ENTERED':
        return { kind: 'entered', taken: { session: session(), token: token(playerId, fresh.random), resumed: true } };
      case 'REPLACED':
        return { kind: 'replaced', taken: { session: session(), token: token(playerId, fresh.random), resumed: true } };
      case 'REPEATED': {
        const first = readFirstAnswer(reply);
        const random = seal(first.sealed, first.tokenHash, requestId);
        const resumed = first.kind === 'e';
        return { kind: 'repeated', taken: { session: session(), token: token(playerId, random), resumed } };
      }
      case 'ACTIVE':
        return { kind: 'active' };
      default:
        return { kind: 'spent' };
    }
  }

  /** Proves a token and rotates it. */
  async resume(shown: ShownToken, requestId: string): Promise<ResumeOutcome> {
    const { playerId } = shown;
    const fresh = rotation(requestId);
    const reply = await this.#one(scripts.resume, playerId, [
      playerId,
      shown.hash,
      fresh.hash,
      requestMark(requestId),
      fresh.sealed,
    ]);
    if (reply.outcome === 'UNKNOWN') return { kind: 'unknown' };
    const session = readSession(playerId, reply);
    if (reply.outcome === 'RESUMED')
      return { kind: 'resumed', taken: { session, token: token(playerId, fresh.random) } };
    const first = readFirstAnswer(reply);
    const random = seal(first.sealed, first.tokenHash, requestId);
    return { kind: 'repeated', taken: { session, token: token(playerId, random) } };
  }

  /** A stream opened. Undefined: not the session's token. */
  async attach(shown: ShownToken, edgeId: string): Promise<Session | undefined> {
    const reply = await this.#one(scripts.attach, shown.playerId, [shown.playerId, shown.hash, edgeId]);
    return reply.outcome === 'UNKNOWN' ? undefined : readSession(shown.playerId, reply);
  }

  /** Proves a token and changes nothing. Undefined: not the session's token. */
  async authenticate({ playerId, hash }: ShownToken): Promise<Session | undefined> {
    const reply = await this.#one(scripts.authenticate, playerId, [hash]);
    return reply.outcome === 'UNKNOWN' ? undefined : readSession(playerId, reply);
  }

  /** Renews many; one script per shard, one round trip. Outcomes in the order given. */
  async renew(refs: readonly EpochOf[]): Promise<RenewOutcome[]> {
    const outcomes: RenewOutcome[] = [];
    await this.#grouped(
      scripts.renew,
      refs,
      (group) => group.flatMap(({ playerId, epoch }) => [playerId, epoch]),
      (position, outcome) => {
        outcomes[position] = outcome as RenewOutcome;
      },
    );
    return outcomes;
  }

  /** Writes lost records of an edge's open streams again. Outcomes in the order given, and how many were written. */
  async reinstate(
    edgeId: string,
    records: readonly LostRecord[],
  ): Promise<{ outcomes: RenewOutcome[]; written: number }> {
    const outcomes: RenewOutcome[] = [];
    const replies = await this.#grouped(
      scripts.reinstate,
      records,
      (group) => [
        edgeId,
        ...group.flatMap((record) => [
          record.playerId,
          record.epoch,
          record.displayName,
          record.matchId,
          record.createMs,
          Buffer.from(record.tokenHash),
        ]),
      ],
      (position, outcome) => {
        outcomes[position] = outcome as RenewOutcome;
      },
    );
    return { outcomes, written: replies.reduce((sum, reply) => sum + (reply.at(-1) as number), 0) };
  }

  /** The stream of that epoch is gone. False when a higher epoch, a tombstone or nothing was found. */
  detach({ playerId, epoch }: EpochOf): Promise<boolean> {
    return this.#flag(scripts.detach, playerId, [playerId, epoch]);
  }

  /** Ends a session of this epoch or an older one. False when it was over already, or newer. */
  end({ playerId, epoch }: EpochOf): Promise<boolean> {
    return this.#flag(scripts.end, playerId, [playerId, epoch]);
  }

  /** Sets or clears the pointer to a match. False when the session is gone or points elsewhere. */
  assignMatch(playerId: string, matchId: string, expectedMatchId: string): Promise<boolean> {
    return this.#flag(scripts.assignMatch, playerId, [matchId, expectedMatchId]);
  }

  /** Those that are live. */
  async get(playerIds: readonly string[]): Promise<Session[]> {
    const sessions: Session[] = [];
    await this.#grouped(
      scripts.get,
      playerIds.map((playerId) => ({ playerId })),
      () => [],
      (position, told) => {
        const reply = readReply(told);
        if (reply.outcome === 'KNOWN') sessions.push(readSession(playerIds[position]!, reply));
      },
    );
    return sessions;
  }

  /** One sweep of all shards, in one round trip. At most `batch` leases end in each shard. */
  async sweep(batch: number): Promise<SweepOutcome> {
    const calls: ScriptCall[] = [];
    for (let shard = 0; shard < SHARDS; shard += 1) {
      calls.push({ keys: [...scriptKeys(shard), sessionPrefix(shard)], args: [...this.#law, batch] });
    }
    const outcome = { expired: 0, heldOff: 0, more: false };
    for (const reply of await scripts.sweep.runEach(this.#redis, calls)) {
      const [expired, heldOff, more] = reply as [number, number, number];
      outcome.expired += expired;
      outcome.heldOff += heldOff;
      outcome.more ||= more === 1;
    }
    return outcome;
  }

  async #one(of: LuaScript, playerId: string, args: readonly (string | number | Buffer)[]): Promise<Reply> {
    const keys = scriptKeys(shardOf(playerId), [playerId]);
    return readReply(await of.runBuffer(this.#redis, keys, [...this.#law, ...args]));
  }

  async #flag(of: LuaScript, playerId: string, args: readonly (string | number)[]): Promise<boolean> {
    const keys = scriptKeys(shardOf(playerId), [playerId]);
    return (await of.run(this.#redis, keys, [...this.#law, ...args])) === 1;
  }

  /** Runs a script once per shard; what it tells of each player goes to `each` with the position in `items`. */
  async #grouped<Item extends { readonly playerId: string }>(
    of: LuaScript,
    items: readonly Item[],
    argsOf: (group: Item[]) => (string | number | Buffer)[],
    each: (position: number, told: unknown) => void,
  ): Promise<unknown[][]> {
    const groups = [...byShard(items.map(({ playerId }) => playerId))];
    const calls = groups.map(([shard, positions]) => {
      const group = positions.map((position) => items[position]!);
      const keys = scriptKeys(
        shard,
        group.map(({ playerId }) => playerId),
      );
      return { keys, args: [...this.#law, ...argsOf(group)] };
    });
    const replies = (await of.runEach(this.#redis, calls)) as unknown[][];
    for (const [index, [, positions]] of groups.entries()) {
      for (const [nth, position] of positions.entries()) each(position, replies[index]![nth]);
    }
    return replies;
  }
}

/** A new token's random bytes, and what Redis is told of them. */
function rotation(requestId: string) {
  const random = randomBytes(TOKEN_BYTES);
  const hash = tokenHash(random);
  return { random, hash, sealed: requestId === '' ? Buffer.alloc(0) : seal(random, hash, requestId) };
}
