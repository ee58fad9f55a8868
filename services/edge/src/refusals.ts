import { CollectionFull } from '@clew/service-kit/collections';
import type { Counters } from '@clew/service-kit/counters';
import type { Log } from '@clew/service-kit/log';
import { exhausted, ServiceError } from '@clew/service-kit/service-error';
import { Status } from 'nice-grpc-common';

/** Every status by which the edge refuses, as the name of its counter. */
export const refusalCounters = Object.keys(Status)
  .filter((name) => Number.isNaN(Number(name)) && name !== 'OK')
  .map((name) => `edge.refused.${name.toLowerCase()}` as const);

/** The doors' one funnel: whatever a handler threw becomes a refusal, counted by its status; the unknown is logged. */
export class Refusals {
  readonly #counters: Counters;
  readonly #log: Log;

  constructor(counters: Counters, log: Log) {
    this.#counters = counters;
    this.#log = log;
  }

  /** What to tell the player. */
  of(thrown: unknown): ServiceError {
    const error = thrown instanceof CollectionFull ? full() : ServiceError.from(thrown);
    if (error.status === Status.INTERNAL) this.#log.error({ err: error.cause ?? error }, 'a call of a player failed');
    this.#counters.add(`edge.refused.${(Status[error.status] ?? 'UNKNOWN').toLowerCase()}`);
    return error;
  }
}

/** A collection of the edge is at its bound: this edge takes no more, another may. */
function full(): ServiceError {
  return exhausted('EDGE_FULL', 'this edge is full', 2_000);
}
