/**
 * What scripts may see of the game: a few attributes of the page's root, and with `?debug` in the address an object
 * `clew` in the window. Read only; nothing of the game asks it.
 */
import type { ClewClient, MatchSample } from '@clew/client';
import type { Stage } from '../stage.ts';
import type { Controls } from './controls.ts';

export interface Pose {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly heading: number;
  readonly pitch: number;
  readonly flags: number;
  readonly points: number;
}

/** What `window.clew` is. Lengths and angles are those of the rules. */
export interface Debugged {
  readonly pose: () => Pose | undefined;
  readonly layout: () => { width: number; height: number; floors: number; cells: number[]; exit: number } | undefined;
  readonly others: () => { seat: number; x: number; y: number; z: number; displayName: string; flags: number }[];
  readonly clews: () => { id: number; cell: number }[];
  readonly stats: () => unknown;
  readonly fineness: () => number;
}

export class Probe {
  readonly #root = document.documentElement.dataset;
  #sample: MatchSample | undefined;

  tellState(kind: string, reason: string): void {
    this.#root.state = kind;
    this.#root.reason = reason;
  }

  tellSample(sample: MatchSample | undefined): void {
    this.#sample = sample;
    const told: Record<string, string> = sample
      ? {
          match: sample.matchId,
          seat: `${sample.seat}`,
          level: `${sample.level}`,
          phase: `${sample.phase}`,
          tick: `${sample.tick}`,
          points: `${sample.own.points}`,
        }
      : { match: '', seat: '', level: '', phase: '', tick: '', points: '' };
    for (const [name, value] of Object.entries(told)) {
      if (this.#root[name] !== value) this.#root[name] = value;
    }
  }

  open(client: ClewClient, controls: Controls, stage: Stage): void {
    const debugged: Debugged = {
      pose: () => {
        const own = this.#sample?.own;
        if (own === undefined) return undefined;
        const { x, y, z, flags, points } = own;
        return { x, y, z, heading: controls.heading, pitch: controls.pitch, flags, points };
      },
      layout: () => {
        const layout = this.#sample?.layout;
        return layout && { ...layout, cells: Array.from(layout.cells) };
      },
      others: () =>
        (this.#sample?.others ?? []).map(({ seat, x, y, z, displayName, flags }) => ({
          ...{ seat, x, y, z, displayName, flags },
        })),
      clews: () => (this.#sample?.clews ?? []).map(({ id, cell }) => ({ id, cell })),
      stats: () => client.stats,
      fineness: () => stage.fineness,
    };
    Object.assign(window, { clew: Object.freeze(debugged) });
  }
}
