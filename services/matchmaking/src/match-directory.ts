import { randomBytes } from 'node:crypto';
import type { MatchRef } from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import { LuaScript } from '@clew/service-kit/lua-script';
import type { Redis } from 'ioredis';
import { matchKey, registryKeys } from './keys.ts';

/**
 * Who owns which match: a lease that matchmaking writes at placement and the owner renews under its epoch.
 *
 * D1 The record stands before its simulation hears of the match: whatever dies in between, the lease runs out.
 * D2 A match past its deadline is lost, whoever still runs it.
 * D3 Except right after Redis (or the sweep) was away: owners had nowhere to renew, so neither a missing nor an overdue
 *    record means anything until they had one lease's time to write it again.
 */
export interface MatchLimits {
  /** A match's lease. */
  readonly leaseMs: number;
  /** How long a finished match is remembered. */
  readonly tombstoneMs: number;
}

/** Where a match is to run. */
export interface MatchHome {
  readonly simulationId: string;
  readonly trunkAddress: string;
  readonly controlAddress: string;
}

export type Ownership =
  | { readonly kind: 'owned'; readonly match: MatchRef; readonly deadlineMs: number }
  /** It came to its end lately. */
  | { readonly kind: 'finished' }
  /** It never was, is forgotten or lost. */
  | { readonly kind: 'unknown' }
  /** Ask again: Redis was away (D3). */
  | { readonly kind: 'uncertain' };

export class MatchDirectory {
  readonly #redis: Redis;
  readonly #limits: MatchLimits;

  constructor(redis: Redis, limits: MatchLimits) {
    this.#redis = redis;
    this.#limits = limits;
  }

  /** Writes a new match under a first lease (D1). */
  async create({ simulationId, trunkAddress, controlAddress }: MatchHome): Promise<MatchRef> {
    const matchId = `m-${randomBytes(12).toString('base64url')}`;
    const { leaseMs } = this.#limits;
    const args = [simulationId, trunkAddress, controlAddress, leaseMs, leaseMs + backstopMs];
    const epoch = Number(await createMatch.run(this.#redis, [matchKey(matchId)], args));
    return { matchId, epoch, simulationId, trunkAddress };
  }

  /** A match that was not placed: whoever started it after all is refused at the first renewal. */
  async finish({ matchId, epoch }: MatchRef): Promise<void> {
    await finishMatch.run(this.#redis, [matchKey(matchId)], [epoch, this.#limits.tombstoneMs]);
  }

  async get(matchId: string): Promise<Ownership> {
    const reply = (await getMatch.run(this.#redis, [matchKey(matchId)], [])) as MatchReply;
    const [nowMs, state, epoch, deadline, simulationId, trunkAddress] = reply;
    if (state === 'finished') return { kind: 'finished' };
    const deadlineMs = Number(deadline ?? 0);
    if (epoch && simulationId && trunkAddress && deadlineMs > nowMs) {
      return { kind: 'owned', match: { matchId, epoch: Number(epoch), simulationId, trunkAddress }, deadlineMs }; // D2
    }
    const held = (await holdOff.run(this.#redis, [registryKeys.sweep], [])) === 1;
    return { kind: held ? 'uncertain' : 'unknown' }; // D3
  }
}

type Field = string | null;
type MatchReply = [nowMs: number, state: Field, epoch: Field, deadline: Field, simulation: Field, trunk: Field];

const backstopMs = 300_000;
const script = (name: string) => new LuaScript(new URL(`scripts/${name}.lua`, import.meta.url));
const createMatch = script('create-match');
const finishMatch = script('finish-match');
const getMatch = script('get-match');
const holdOff = script('hold-off');
