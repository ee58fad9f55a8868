/** A slow walk through a maze that nobody plays: what moves behind the start screen. */
import { ALL_WALLS, centreOf, type Layout } from '@clew/maze';
import { SIDES } from '../labyrinth/fixtures.ts';
import { grain } from '../labyrinth/grain.ts';
import { type Place, placeOf } from '../labyrinth/measures.ts';

/** Cells per second. */
const PACE = 0.32;

/**
 * Cells of a walk that never ends: straight on where it can, else to where it was longest ago; back only from dead ends.
 */
export function wayThrough(layout: Layout, start: number, length: number): number[] {
  const steps = [-layout.width, 1, layout.width, -1];
  const visits = new Map<number, number>();
  const way = [start];
  let heading = 1;
  for (let step = 1; step < length; step++) {
    const cell = way[way.length - 1] as number;
    visits.set(cell, step);
    const bits = layout.cells[cell] ?? ALL_WALLS;
    const open = SIDES.map((side, index) => ({ side, index })).filter(({ side }) => !(bits & side.wall));
    const ahead = open.filter(({ index }) => index !== (heading + 2) % 4);
    const choices = ahead.length > 0 ? ahead : open;
    if (choices.length === 0) return way;
    const score = (index: number): number =>
      (visits.get(cell + (steps[index] as number)) ?? 0) - (index === heading ? 0.5 : 0) + grain(step, index) * 0.4;
    const best = choices.reduce((a, b) => (score(b.index) < score(a.index) ? b : a));
    heading = best.index;
    way.push(cell + (steps[heading] as number));
  }
  return way;
}

export interface Gaze extends Place {
  /** Radians around y, of a camera that looks along -z. */
  readonly yaw: number;
}

export class Flight {
  readonly #points: readonly Place[];

  constructor(layout: Layout, start: number) {
    this.#points = wayThrough(layout, start, 400).map((cell) => placeOf(centreOf(layout, cell)));
  }

  /** Where the eye is after so many seconds: at the floor's height, looking a little ahead of itself. */
  at(seconds: number): Gaze {
    const along = seconds * PACE + 0.5;
    const here = this.#smooth(along);
    const there = this.#smooth(along + 1.1);
    return { ...here, yaw: Math.atan2(here.x - there.x, here.z - there.z) };
  }

  /** The way with its corners rounded: the mean over a stretch of it. */
  #smooth(along: number): Place {
    const samples = 9;
    let x = 0;
    let y = 0;
    let z = 0;
    for (let i = 0; i < samples; i++) {
      const at = this.#on(along + (i / (samples - 1) - 0.5) * 0.9);
      x += at.x / samples;
      y += at.y / samples;
      z += at.z / samples;
    }
    return { x, y, z };
  }

  #on(along: number): Place {
    const count = this.#points.length;
    const index = Math.max(0, Math.floor(along)) % count;
    const from = this.#points[index] as Place;
    const to = this.#points[(index + 1) % count] as Place;
    const t = Math.max(0, along) % 1;
    // From the last point it begins anew.
    if (index === count - 1) return from;
    return { x: from.x + (to.x - from.x) * t, y: from.y + (to.y - from.y) * t, z: from.z + (to.z - from.z) * t };
  }
}
