import type { ClientStats } from '@clew/client';
import { CELL } from '@clew/maze';

/** How a crowd of bots fares, over some seconds. */
export interface Figures {
  readonly players: number;
  /** Of them, those that have had a seat. */
  readonly joined: number;
  /** Where they are now. */
  readonly lobby: number;
  readonly queued: number;
  readonly seated: number;
  readonly reconnecting: number;
  readonly seconds: number;
  /** Of all players together. */
  readonly framesPerSecond: number;
  readonly kilobytesPerSecond: number;
  readonly stats: ClientStats;
  /** How often something was refused or failed, by reason. */
  readonly failures: Readonly<Record<string, number>>;
}

/** The one object of `--json`. Milliseconds; units of length are 1/1024 cell. */
export function jsonOf(figures: Figures, transport: string): string {
  const { players, joined, seconds, framesPerSecond, kilobytesPerSecond, stats, failures } = figures;
  const { latencyMs, correctionUnits } = stats;
  return JSON.stringify({
    transport,
    players,
    joined,
    seconds: rounded(seconds),
    frames: stats.frames,
    framesPerSecond: rounded(framesPerSecond),
    kilobytesPerSecond: rounded(kilobytesPerSecond),
    inputs: stats.inputs,
    levelsFinished: stats.levelsFinished,
    matchesFinished: stats.matchesFinished,
    latencyMsP50: rounded(latencyMs.p50),
    latencyMsP99: rounded(latencyMs.p99),
    latencyMsMax: rounded(latencyMs.max),
    latencySamples: latencyMs.count,
    disconnects: stats.disconnects,
    corrections: stats.corrections,
    correctionUnitsP99: rounded(correctionUnits.p99),
    framesLate: stats.framesLate,
    keyframes: stats.keyframes,
    gaps: stats.gaps,
    hashMismatches: stats.hashMismatches,
    failures,
  });
}

/** What there is to say, as name and value. */
export function rowsOf(figures: Figures): [name: string, value: string][] {
  const { stats, failures } = figures;
  const rows: [string, string][] = [
    ['players', `${figures.players}, joined ${figures.joined}`],
    ['now', `${figures.seated} seated, ${figures.queued} queued, ${figures.reconnecting} reconnecting`],
    ['frames/s', `${count(figures.framesPerSecond)} (${count(figures.kilobytesPerSecond)} KiB/s)`],
    ['levels finished', `${count(stats.levelsFinished)}, matches ${count(stats.matchesFinished)}`],
    ['latency', `p50 ${rounded(stats.latencyMs.p50)} ms, p99 ${rounded(stats.latencyMs.p99)} ms`],
    ['disconnects', count(stats.disconnects)],
    ['corrections', `${count(stats.corrections)} of ${count(stats.frames)} frames, ${sizeOf(stats)}`],
    ['frames late', `${count(stats.framesLate)} of ${count(stats.frames)}`],
  ];
  if (stats.gaps + stats.hashMismatches > 0) {
    rows.push(['wrong frames', `${stats.gaps} gaps, ${stats.hashMismatches} hash mismatches`]);
  }
  for (const [reason, times] of Object.entries(failures)) rows.push(['failed', `${reason}, ${times} times`]);
  return rows;
}

/** One line, for logs. */
export function lineFor(figures: Figures): string {
  const { stats } = figures;
  return [
    `${figures.seated}/${figures.players} seated`,
    `${count(figures.framesPerSecond)} frames/s`,
    `${count(stats.levelsFinished)} levels`,
    `latency p50 ${rounded(stats.latencyMs.p50)} p99 ${rounded(stats.latencyMs.p99)} ms`,
    `${count(stats.disconnects)} disconnects`,
    `${count(stats.corrections)} corrections (${sizeOf(stats)})`,
    `${count(stats.framesLate)} frames late`,
    ...Object.entries(figures.failures).map(([reason, times]) => `${reason} ×${times}`),
  ].join(', ');
}

/** How large corrections were. */
function sizeOf({ correctionUnits }: ClientStats): string {
  return `p99 ${(correctionUnits.p99 / CELL).toFixed(2)} cells`;
}

const rounded = (value: number) => Math.round(value * 10) / 10;
const count = (value: number) => Math.round(value).toLocaleString('en-US');
