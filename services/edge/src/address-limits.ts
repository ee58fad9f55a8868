import type { Collections } from '@clew/service-kit/collections';
import { exhausted } from '@clew/service-kit/service-error';
import { LRUCache } from 'lru-cache';
import { Pace } from './pace.ts';

const addressesMax = 10_000;

export interface AddressRate {
  readonly perSecond: number;
  readonly burst: number;
}

/**
 * How often one address may sign in, and how often it may present tokens that are refused. The only memory of the edge
 * that outlives a player's socket (M1), therefore an LRU with a bound, and an address is forgotten as soon as its past
 * makes no difference any more. `rate-limiter-flexible` keeps one timer per key and any number of keys; `lru-cache` and a
 * number per key do not.
 */
export class AddressLimits {
  readonly #signIns: LRUCache<string, Pace>;
  readonly #refusals: LRUCache<string, Pace>;
  readonly #rate: AddressRate;
  readonly #now: () => number;

  constructor(collections: Collections, rate: AddressRate, now = () => performance.now()) {
    this.#signIns = new LRUCache({ max: addressesMax, perf: { now }, ttlResolution: 0 });
    this.#refusals = new LRUCache({ max: addressesMax, perf: { now }, ttlResolution: 0 });
    this.#rate = rate;
    this.#now = now;
    collections.register('edge.sign_in_addresses', { bound: addressesMax }, () => this.#signIns.size);
    collections.register('edge.refused_addresses', { bound: addressesMax }, () => this.#refusals.size);
  }

  /** Counts a sign-in. Throws RESOURCE_EXHAUSTED, reason SIGN_IN_RATE, over the bound. */
  signIn(address: string): void {
    if (!this.#take(this.#signIns, address)) {
      throw exhausted('SIGN_IN_RATE', 'too many sign-ins from this address', 1_000);
    }
  }

  /** Before a token is looked up. Throws RESOURCE_EXHAUSTED, reason TOKEN_RATE, when too many of this address were refused. */
  checkToken(address: string): void {
    const refusals = this.#refusals.get(network(address));
    if (refusals?.over(this.#now(), this.#rate.perSecond, this.#rate.burst)) {
      throw exhausted('TOKEN_RATE', 'too many unknown tokens from this address', 1_000);
    }
  }

  /** A token of this address was refused. */
  tokenRefused(address: string): void {
    this.#take(this.#refusals, address);
  }

  /** Forgets whose past makes no difference any more; to be called about every half second. */
  forget(): void {
    this.#signIns.purgeStale();
    this.#refusals.purgeStale();
  }

  #take(paces: LRUCache<string, Pace>, address: string): boolean {
    const key = network(address);
    const nowMs = this.#now();
    const pace = paces.get(key) ?? new Pace();
    const taken = pace.take(nowMs, this.#rate.perSecond, this.#rate.burst);
    paces.set(key, pace, { ttl: Math.ceil(pace.owesMs(nowMs)) + 1 });
    return taken;
  }
}

/** IPv4 as it is; of IPv6 the first 64 bits, because one household owns them all. */
function network(address: string): string {
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address;
  if (!plain.includes(':')) return plain;
  const [head = '', tail = ''] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const zeros = plain.includes('::') ? Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0') : [];
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}
