/** Graphs of a scene as SVG, by hand: memory, players and alerts on one axis of time. */
import type { SceneRecord } from './scene.ts';
import type { Sample } from './watch.ts';

const WIDTH = 960;
const HEIGHT = 320;
const PLOT = { left: 64, right: WIDTH - 64, top: 44, bottom: HEIGHT - 36 };
/** Lines of processes: a colour each by the page's style (`.process-0` …), and a pattern, for who cannot tell colours apart. */
const patterns = ['', '9 4', '2 3', '10 3 2 3', '5 5'];
const PIN_RADIUS = 10;
/** Marks nearer than this have their letters below each other. */
const LETTER_WIDTH = 14;

export function graphOf(scene: SceneRecord): string {
  const { beganMs, endedMs, memory, memoryLimitMb, players } = scene;
  const x = scale(beganMs, endedMs, PLOT.left, PLOT.right);
  const megabytesMax = niceMax(
    Math.max(memoryLimitMb ?? 0, ...[...memory.values()].flat().map(({ value }) => value / 1e6)) * 1.05,
  );
  const y = scale(0, megabytesMax, PLOT.bottom, PLOT.top);
  const playersMax = niceMax(Math.max(10, ...players.map(({ value }) => value)) * 1.1);
  const yPlayers = scale(0, playersMax, PLOT.bottom, PLOT.top);
  const parts = [
    axes(x, beganMs, endedMs, megabytesMax, y, playersMax, yPlayers),
    area(players, x, yPlayers),
    memoryLimitMb === undefined ? '' : limitLine(y(memoryLimitMb), memoryLimitMb),
    ...[...memory].map(([name, samples], index) => line(name, samples, x, (bytes) => y(bytes / 1e6), index)),
    ...flags(marksOf(scene).map(({ atMs }) => x(atMs))),
    ...pins(firingOf(scene).map(({ atMs }) => x(atMs))),
  ];
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(scene.title)}">${parts.join('')}</svg>`;
}

/** Alerts that fired, in order. */
export function firingOf({ alerts }: SceneRecord) {
  return alerts.filter(({ status }) => status === 'firing').toSorted((one, other) => one.atMs - other.atMs);
}

/** What was done and what happened, but for the alerts; lettered in the graph. */
export function marksOf({ marks }: SceneRecord) {
  return marks.filter(({ what }) => !what.startsWith('alert'));
}

export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

type Scale = (value: number) => number;

function scale(from: number, to: number, low: number, high: number): Scale {
  return (value) => low + ((value - from) / Math.max(1e-9, to - from)) * (high - low);
}

/** The next number whose quarters, which the axis is marked with, are short ones. For 10 and more. */
export function niceMax(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10].find((step) => step * power >= value) ?? 10) * power;
}

function axes(
  x: Scale,
  beganMs: number,
  endedMs: number,
  mbMax: number,
  y: Scale,
  playersMax: number,
  yPlayers: Scale,
): string {
  const seconds = (endedMs - beganMs) / 1_000;
  const step = [10, 20, 30, 60, 120, 300].find((candidate) => seconds / candidate <= 10) ?? 600;
  const times = Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) => index * step);
  const rows = Array.from({ length: 5 }, (_, index) => index / 4);
  return [
    ...times.map((at) => {
      const left = x(beganMs + at * 1_000).toFixed(1);
      return `<line class="grid" x1="${left}" x2="${left}" y1="${PLOT.top}" y2="${PLOT.bottom}"/><text class="tick" x="${left}" y="${PLOT.bottom + 16}" text-anchor="middle">${at} s</text>`;
    }),
    ...rows.map((part) => {
      const top = y(part * mbMax).toFixed(1);
      return `<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${top}" y2="${top}"/><text class="tick" x="${PLOT.left - 6}" y="${Number(top) + 4}" text-anchor="end">${Math.round(part * mbMax)}</text><text class="tick" x="${PLOT.right + 6}" y="${yPlayers(part * playersMax) + 4}">${Math.round(part * playersMax)}</text>`;
    }),
    // In the corners: pins stand above the plot, up to its edges.
    `<text class="tick" x="${PLOT.left - 6}" y="${PLOT.top - 16}" text-anchor="end">MB</text>`,
    `<text class="tick" x="${WIDTH}" y="${PLOT.top - 16}" text-anchor="end">players</text>`,
  ].join('');
}

function area(samples: readonly Sample[], x: Scale, y: Scale): string {
  if (samples.length === 0) return '';
  const points = samples.map(({ atMs, value }) => `${x(atMs).toFixed(1)},${y(value).toFixed(1)}`);
  const [first, last] = [samples[0]!, samples.at(-1)!];
  const floor = `${x(last.atMs).toFixed(1)},${PLOT.bottom} ${x(first.atMs).toFixed(1)},${PLOT.bottom}`;
  return `<polygon class="players" points="${points.join(' ')} ${floor}"/>`;
}

/** Gaps (a process that was away) are gaps. */
function line(name: string, samples: readonly Sample[], x: Scale, y: Scale, index: number): string {
  let path = '';
  let beforeMs = Number.NEGATIVE_INFINITY;
  for (const { atMs, value } of samples) {
    path += `${atMs - beforeMs > 15_000 ? 'M' : 'L'}${x(atMs).toFixed(1)} ${y(value).toFixed(1)}`;
    beforeMs = atMs;
  }
  const last = samples.at(-1);
  if (last === undefined) return '';
  return `<path d="${path}" ${processLook(index)}><title>${escaped(name)}</title></path>`;
}

function processLook(index: number): string {
  const look = index % patterns.length;
  return `class="process process-${look}" stroke-dasharray="${patterns[look]}"`;
}

function limitLine(top: number, limitMb: number): string {
  return `<line class="limit" x1="${PLOT.left}" x2="${PLOT.right}" y1="${top}" y2="${top}"/><text class="limit" x="${PLOT.left + 6}" y="${top - 5}">limit, ${limitMb} MB</text>`;
}

/** What was done: dotted lines, lettered from a at the plot's foot; the list below the graph says what. */
export function flags(lefts: readonly number[]): string[] {
  return rowsOf(lefts, LETTER_WIDTH).map((row, index) => {
    const left = lefts[index]!;
    const line = `<line class="mark" x1="${left}" x2="${left}" y1="${PLOT.top}" y2="${PLOT.bottom}"/>`;
    const letter = String.fromCharCode(97 + (index % 26));
    return `${line}<text class="mark" x="${left + 4}" y="${PLOT.bottom - 6 - row * 13}">${letter}</text>`;
  });
}

/** Alerts: pins, numbered from 1; the list below the graph says which. */
export function pins(lefts: readonly number[]): string[] {
  return rowsOf(lefts, 2 * PIN_RADIUS).map((row, index) =>
    pin(lefts[index]!, PLOT.top - 16 + row * 2 * (PIN_RADIUS + 1), index + 1),
  );
}

/** For each of what stands in order from left to right: 0, or one row on where it would lie on the one before. */
function rowsOf(lefts: readonly number[], width: number): number[] {
  let row = 0;
  return lefts.map((left, index) => {
    row = index > 0 && left - lefts[index - 1]! < width ? row + 1 : 0;
    return row;
  });
}

function pin(left: number, top: number, number: number): string {
  const line = `<line x1="${left}" x2="${left}" y1="${PLOT.top - 8}" y2="${PLOT.bottom}"/>`;
  const circle = `<circle cx="${left}" cy="${top}" r="${PIN_RADIUS}"/>`;
  return `<g class="pin">${line}${circle}<text x="${left}" y="${top + 4}" text-anchor="middle">${number}</text></g>`;
}

/** Which line is which process. */
export function legendOf({ memory }: SceneRecord): string {
  const key = (drawn: string, name: string) =>
    `<span><svg class="key" viewBox="0 0 32 10" aria-hidden="true">${drawn}</svg>${escaped(name)}</span>`;
  const entries = [...memory.keys()].map((name, index) => key(`<path d="M0 5L32 5" ${processLook(index)}/>`, name));
  const players = key('<rect class="players" width="32" height="10"/>', 'players connected');
  return `<p class="legend">${entries.join('')}${players}</p>`;
}
