/** Two readings of all processes, some seconds apart, and what can be said of all of them together. Pure. */
import type { Examination } from './examination.ts';
import type { Labels } from './series.ts';

export interface Patient {
  readonly before: Examination;
  readonly now: Examination;
}

export interface Checkup {
  readonly patients: readonly Patient[];
  /** http://host:port of those that did not answer both times. */
  readonly unreachable: readonly string[];
  /** Between the readings. */
  readonly seconds: number;
}

/** How much a metric grew between the readings; a process that was started in between grew from 0. */
export function grew({ before, now }: Patient, name: string, labels: Labels = {}): number {
  const after = now.series.sum(name, labels) ?? 0;
  const was = before.series.sum(name, labels) ?? 0;
  return after >= was ? after - was : after;
}

/** By how much a gauge differs between the readings. */
export function difference({ before, now }: Patient, name: string): number {
  return (now.series.sum(name) ?? 0) - (before.series.sum(name) ?? 0);
}

/** A metric of all processes that tell it; undefined where none does. */
export function everywhere({ patients }: Checkup, name: string, labels: Labels = {}): number[] {
  return patients.flatMap(({ now }) => now.series.sum(name, labels) ?? []);
}

export const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

/** Leases in Redis: every instance of session tells the same number. Undefined while none can. */
export function sessionsOf(checkup: Checkup): number | undefined {
  const told = everywhere(checkup, 'clew_session_leases');
  return told.length === 0 ? undefined : Math.max(...told);
}

/** What a process cannot give back: heap after the last full collection, and what objects hold outside of it. */
export const heldBytes = ({ series }: Examination) =>
  (series.sum('clew_memory_heap_after_gc_bytes') ?? 0) + (series.sum('clew_memory_external_bytes') ?? 0);

/** The mean of a histogram's values between the readings, in seconds; undefined where there was none. */
export function meanSeconds(patients: readonly Patient[], name: string): number | undefined {
  const count = sumOf(patients.map((patient) => grew(patient, `${name}_count`)));
  return count === 0 ? undefined : sumOf(patients.map((patient) => grew(patient, `${name}_sum`))) / count;
}

/** The share of a histogram's values between the readings that were above a boundary; undefined where there was none. */
export function shareAbove(patient: Patient, name: string, boundary: string): number | undefined {
  const count = grew(patient, `${name}_count`);
  return count === 0 ? undefined : 1 - grew(patient, `${name}_bucket`, { le: boundary }) / count;
}
