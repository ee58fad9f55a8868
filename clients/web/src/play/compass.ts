/** Which way one looks, as a compass says it. North is towards -y. */
import { FULL_TURN } from '@clew/maze';

/** Degrees clockwise from north, 0 up to 360. */
export function bearingOf(heading: number): number {
  return ((((heading / FULL_TURN) * 360 + 90) % 360) + 360) % 360;
}

const POINTS = ['north', 'north-east', 'east', 'south-east', 'south', 'south-west', 'west', 'north-west'] as const;

/** The nearest of eight names. */
export function pointOf(bearing: number): string {
  return POINTS[Math.round(bearing / 45) % 8] as string;
}

/** Where a mark at `markBearing` stands on a strip that shows `span` degrees: -1 left end, 1 right end, or beyond. */
export function onStrip(markBearing: number, bearing: number, span: number): number {
  const off = ((markBearing - bearing + 540) % 360) - 180;
  return off / (span / 2);
}
