import { Counters } from '@clew/service-kit/counters';
import type { ServiceError } from '@clew/service-kit/service-error';
import { Status } from 'nice-grpc-common';

const names = [
  'session.created',
  'session.entered',
  'session.replaced',
  'session.resumed',
  'session.repeated',
  'session.attached',
  'session.renewed',
  'session.renewalsRefused',
  'session.reinstated',
  'session.detached',
  'session.ended',
  'session.kicked',
  'session.expired',
  'session.sweeps',
  'session.sweepsFailed',
  'session.holdOffs',
  'session.strayEntries',
  'session.strayRecords',
  'session.repairsFailed',
  'session.eventsRead',
  'session.watchersCut',
  'session.refusedInvalid',
  'session.refusedUnauthenticated',
  'session.refusedUnavailable',
  'session.refusedExhausted',
  'session.refusedOtherwise',
] as const;

export type SessionCounter = (typeof names)[number];

/** What a session instance counts. */
export const createCounters = () => new Counters<SessionCounter>(names);

/** Counts a refusal under its kind. */
export function countRefusal(counters: Counters<SessionCounter>, { status }: ServiceError): void {
  counters.add(refusals[status] ?? 'session.refusedOtherwise');
}

const refusals: Readonly<Partial<Record<Status, SessionCounter>>> = {
  [Status.INVALID_ARGUMENT]: 'session.refusedInvalid',
  [Status.UNAUTHENTICATED]: 'session.refusedUnauthenticated',
  [Status.UNAVAILABLE]: 'session.refusedUnavailable',
  [Status.RESOURCE_EXHAUSTED]: 'session.refusedExhausted',
};
