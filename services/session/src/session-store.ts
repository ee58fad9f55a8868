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
 *                 ├── end, kick ──► tombstone, 10 minutes
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

/** What became of renewals: outcomes in the order given; why, by position, of those that were kicked. */
export interface Renewals {
  readonly outcomes: RenewOutcome[];
  readonly kickReasons: Record<number, string>;
}

/** Which sessions are listed. */
export interface SessionFilter {
  readonly state?: 'attached' | 'detached' | undefined;
  /** That held its last stream. */
  readonly edgeId?: string | undefined;
  /** Created so long ago or longer, or less. */
  readonly ageMinMs?: number | undefined;
  readonly ageMaxMs?: number | undefined;
}

/** Where a scan of a shard stands. Its cursor means something to one life of a Redis server only. */
export interface ScanPosition {
  /** '0' at the beginning, and again at the end. */
  readonly cursor: string;
  /** Identifies that life; '' at the beginning. */
  readonly server: string;
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
  kick: script('kick'),
  assignMatch: script('assign-match'),
  get: script('get'),
  list: script('list'),
  repairIndex: script('repair-index'),
  repairRecords: script('repair-records'),
  sweep: script('sweep'),
};

export class SessionStore {
  readonly #redis: Redis;
  readonly #law: readonly (number | string)[];

  constructor(redis: Redis, law: SessionLaw) {
    this.#redis = redis;
    this.#law = lawArguments(law);
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

  /** Renews many; one script per shard, one round trip. */
  async renew(refs: readonly EpochOf[]): Promise<Renewals> {
    const renewals: Renewals = { outcomes: [], kickReasons: {} };
    await this.#grouped(
      scripts.renew,
      refs,
      (group) => group.flatMap(({ playerId, epoch }) => [playerId, epoch]),
      (position, told) => noteRenewal(renewals, position, told),
    );
    return renewals;
  }

  /** Writes lost records of an edge's open streams again; tells how many were written, too. */
  async reinstate(edgeId: string, records: readonly LostRecord[]): Promise<Renewals & { written: number }> {
    const renewals: Renewals = { outcomes: [], kickReasons: {} };
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
      (position, told) => noteRenewal(renewals, position, told),
    );
    return { ...renewals, written: replies.reduce((sum, reply) => sum + (reply.at(-1) as number), 0) };
  }

  /** The stream of that epoch is gone. False when a higher epoch, a tombstone or nothing was found. */
  detach({ playerId, epoch }: EpochOf): Promise<boolean> {
    return this.#flag(scripts.detach, playerId, [playerId, epoch]);
  }

  /** Ends a session of this epoch or an older one. False when it was over already, or newer. */
  end({ playerId, epoch }: EpochOf): Promise<boolean> {
    return this.#flag(scripts.end, playerId, [playerId, epoch]);
  }

  /** An operator ends a session of this epoch or an older one; 0 is any. False when it was over already, or newer. */
  kick({ playerId, epoch }: EpochOf, reason: string, requestId: string): Promise<boolean> {
    return this.#flag(scripts.kick, playerId, [playerId, epoch, reason, requestMark(requestId)]);
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

  /**
   * Looks at about `count` sessions of a shard from a position on; tells those that are live and fit, and where to go on.
   * A scan that began in another life of the server begins anew: its cursor would mean something else now.
   */
  async scan(
    shard: number,
    { cursor, server }: ScanPosition,
    count: number,
    filter: SessionFilter,
  ): Promise<{ sessions: Session[]; next: ScanPosition }> {
    return this.#list(shard, [cursor, server, count], filter, []);
  }

  /** Those of a shard that are live and fit. */
  async pick(shard: number, playerIds: readonly string[], filter: SessionFilter): Promise<Session[]> {
    return (await this.#list(shard, ['0', '', 0], filter, playerIds)).sessions;
  }

  async #list(
    shard: number,
    from: readonly (string | number)[],
    { state, edgeId, ageMinMs, ageMaxMs }: SessionFilter,
    playerIds: readonly string[],
  ) {
    const fields = [state?.[0] ?? '', edgeId ?? '', ageMinMs ?? '', ageMaxMs ?? ''];
    const keys = [...scriptKeys(shard), sessionPrefix(shard)];
    const reply = await scripts.list.runBuffer(this.#redis, keys, [...this.#law, ...from, ...fields, ...playerIds]);
    const [cursor, server, ...found] = reply as [Buffer, Buffer, ...unknown[]];
    const sessions = found.map(readReply).map((told) => readSession(told.outcome, told));
    return { sessions, next: { cursor: cursor.toString(), server: server.toString() } };
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

  /** Mends some entries of a shard's index; where to go on ('0': that was all), and how many were strays. */
  async repairIndex(shard: number, cursor: string, count: number): Promise<{ cursor: string; strays: number }> {
    const keys = [...scriptKeys(shard), sessionPrefix(shard)];
    const reply = await scripts.repairIndex.run(this.#redis, keys, [...this.#law, cursor, count]);
    const [next, strays] = reply as [string, number];
    return { cursor: next, strays };
  }

  /** Mends those of these sessions' records that nobody would sweep or free; how many were strays. */
  async repairRecords(playerIds: readonly string[]): Promise<number> {
    const groups = [...byShard(playerIds)];
    const calls = groups.map(([shard, positions]): ScriptCall => {
      const players = positions.map((position) => playerIds[position]!);
      return { keys: scriptKeys(shard, players), args: [...this.#law, ...players] };
    });
    const replies = (await scripts.repairRecords.runEach(this.#redis, calls)) as number[];
    return replies.reduce((sum, strays) => sum + strays, 0);
  }

  async #one(of: LuaScript, playerId: string, args: readonly (string | number | Buffer)[]): Promise<Reply> {
    const keys = scriptKeys(shardOf(playerId), [playerId]);
    return readReply(await of.runBuffer(this.#redis, keys, [...this.#law, ...args]));
  }

  async #flag(of: LuaScript, playerId: string, args: readonly (string | number | Buffer)[]): Promise<boolean> {
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

/** The law as every script takes it. */
export function lawArguments(law: SessionLaw): readonly (string | number)[] {
  const { leaseMs, sweepPauseMsMax, eventsMax, eventsMs, tombstoneMs } = law;
  return [leaseMs, sweepPauseMsMax, `${eventsMax} ${eventsMs} ${tombstoneMs}`];
}

/** What renew and reinstate tell of one session: a number, or with a reason. */
function noteRenewal({ outcomes, kickReasons }: Renewals, position: number, told: unknown): void {
  const [outcome, reason] = Array.isArray(told) ? (told as [RenewOutcome, Buffer]) : [told as RenewOutcome];
  outcomes[position] = outcome;
  if (reason !== undefined) kickReasons[position] = reason.toString();
}

/** A new token's random bytes, and what Redis is told of them. */
function rotation(requestId: string) {
  const random = randomBytes(TOKEN_BYTES);
  const hash = tokenHash(random);
  return { random, hash, sealed: requestId === '' ? Buffer.alloc(0) : seal(random, hash, requestId) };
}
