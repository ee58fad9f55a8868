/** Curves over time as an SVG: panels below each other, each with its own unit, all with the same clock. Pure. */
export interface Curve {
  readonly name: string;
  /** Seconds and values, by ascending time. */
  readonly points: readonly (readonly [seconds: number, value: number])[];
}

export interface Panel {
  readonly title: string;
  readonly curves: readonly Curve[];
}

const WIDTH = 960;
const PANEL_HEIGHT = 220;
const MARGIN = { left: 70, right: 150, top: 40, bottom: 30 };
const TICKS = 4;
/** Told apart by people who do not see all colours alike (Okabe and Ito). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];

export function chart(title: string, panels: readonly Panel[]): string {
  const height = MARGIN.top + panels.length * PANEL_HEIGHT;
  const seconds = Math.max(
    1,
    ...panels.flatMap(({ curves }) => curves.flatMap(({ points }) => points.map(([s]) => s))),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="${MARGIN.left}" y="18" font-size="15" font-weight="bold">${escaped(title)}</text>`,
    ...panels.map((panel, index) => draw(panel, MARGIN.top + index * PANEL_HEIGHT, seconds)),
    '</svg>',
    '',
  ].join('\n');
}

function draw({ title, curves }: Panel, top: number, seconds: number): string {
  const highest = niceCeiling(Math.max(1, ...curves.flatMap(({ points }) => points.map(([, value]) => value))));
  const right = WIDTH - MARGIN.right;
  const bottom = top + PANEL_HEIGHT - MARGIN.bottom;
  const x = (at: number) => round(MARGIN.left + (at / seconds) * (right - MARGIN.left));
  const y = (value: number) => round(bottom - (value / highest) * (bottom - top - 20));
  const lines = [`<text x="${MARGIN.left}" y="${top + 12}" font-weight="bold">${escaped(title)}</text>`];
  for (let tick = 0; tick <= TICKS; tick += 1) {
    const [value, at] = [(highest * tick) / TICKS, (seconds * tick) / TICKS];
    lines.push(
      `<path d="M${MARGIN.left} ${y(value)}H${right}" stroke="#ddd"/>`,
      `<text x="${MARGIN.left - 6}" y="${y(value) + 4}" text-anchor="end">${label(value)}</text>`,
      `<text x="${x(at)}" y="${bottom + 16}" text-anchor="middle">${clock(at)}</text>`,
    );
  }
  for (const [index, { name, points }] of curves.entries()) {
    const colour = COLOURS[index % COLOURS.length]!;
    const path = points.map(([at, value], nth) => `${nth === 0 ? 'M' : 'L'}${x(at)} ${y(value)}`).join('');
    const row = top + 30 + 16 * index;
    lines.push(
      `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.5"/>`,
      `<path d="M${right + 10} ${row - 4}h18" stroke="${colour}" stroke-width="3"/>`,
      `<text x="${right + 34}" y="${row}">${escaped(name)}</text>`,
    );
  }
  return lines.join('\n');
}

/** 1, 2 or 5 times a power of ten. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value)!;
}

const round = (value: number) => Math.round(value * 10) / 10;
const label = (value: number) => (value >= 1_000 ? `${round(value / 1_000)}k` : String(round(value)));
const clock = (seconds: number) => `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, '0')}`;
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
