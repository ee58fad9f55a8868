/**
 * A flame graph as an SVG that needs nothing else: whoever calls is below whom he calls, as wide as the time takes. Pointing at
 * a function tells its figures, clicking widens it. After Brendan Gregg's ("The flame graph", 2016). Pure.
 */
import type { Flame, Owner } from './cpu-profile.ts';

const WIDTH = 1_200;
const ROW = 17;
const HEAD = 64;
/** What is narrower by default is not drawn: a share of all. */
const SHARE_MIN = 0.000_5;
const CHARACTER = 6.4;

/** Told apart by people who do not see all colours alike; dark text is read well on each. */
const owners: Readonly<Record<Owner, { readonly colour: string; readonly about: string }>> = {
  rules: { colour: '#8fd3a5', about: 'rules (packages/maze)' },
  ours: { colour: '#f2b36b', about: 'services and packages' },
  library: { colour: '#9cc3ea', about: 'libraries' },
  node: { colour: '#d9c2ec', about: 'Node' },
  engine: { colour: '#d2d2d2', about: 'V8 and the system' },
};

interface Box {
  readonly flame: Flame;
  readonly depth: number;
  /** From the left, in microseconds. */
  readonly startUs: number;
}

export function flameGraph(title: string, all: Flame): string {
  const boxes = boxesOf(all);
  const rows = 1 + Math.max(...boxes.map(({ depth }) => depth));
  const height = HEAD + rows * ROW + 8;
  const scale = WIDTH / Math.max(1, all.totalUs);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="11">`,
    '<style>.f{cursor:pointer}.f:hover rect{stroke:#000}text{pointer-events:none}</style>',
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="8" y="20" font-size="15" font-weight="bold">${escaped(title)}</text>`,
    `<text x="8" y="38">${milliseconds(all.totalUs)} of busy time; a click widens, a click on "all" shows all again</text>`,
    ...legend(),
    ...boxes.map((box) => drawn(box, height, scale, all.totalUs)),
    `<script><![CDATA[${script}]]></script>`,
    '</svg>',
    '',
  ].join('\n');
}

function boxesOf(all: Flame): Box[] {
  const boxes: Box[] = [];
  const add = (flame: Flame, depth: number, startUs: number): void => {
    boxes.push({ flame, depth, startUs });
    let childUs = startUs;
    for (const child of flame.children.toSorted((a, b) => b.totalUs - a.totalUs)) {
      if (child.totalUs >= all.totalUs * SHARE_MIN) add(child, depth + 1, childUs);
      childUs += child.totalUs;
    }
  };
  add(all, 0, 0);
  return boxes;
}

function drawn({ flame, depth, startUs }: Box, height: number, scale: number, allUs: number): string {
  const x = rounded(startUs * scale);
  const width = rounded(flame.totalUs * scale);
  const y = height - 8 - (depth + 1) * ROW;
  const share = allUs === 0 ? 0 : (flame.totalUs / allUs) * 100;
  const told = `${flame.name}${flame.place === '' ? '' : ` (${flame.place})`}`;
  const figures = `${share.toFixed(1)} %, ${milliseconds(flame.totalUs)}, itself ${milliseconds(flame.selfUs)}`;
  return [
    `<g class="f" data-x="${x}" data-w="${width}" data-d="${depth}" data-n="${escaped(flame.name)}">`,
    `<title>${escaped(`${told}: ${figures}`)}</title>`,
    `<rect x="${x}" y="${y}" width="${width}" height="${ROW - 1}" rx="1" fill="${owners[flame.owner].colour}"/>`,
    `<text x="${rounded(x + 3)}" y="${y + 12}">${escaped(fitting(flame.name, width))}</text></g>`,
  ].join('');
}

function legend(): string[] {
  let right = 8;
  return Object.values(owners).map(({ colour, about }) => {
    const x = right;
    right += 40 + about.length * CHARACTER;
    return `<rect x="${x}" y="46" width="12" height="12" fill="${colour}"/><text x="${x + 17}" y="56">${about}</text>`;
  });
}

/** As much of a name as there is room for. */
function fitting(name: string, width: number): string {
  const characters = Math.floor((width - 6) / CHARACTER);
  if (characters < 3) return '';
  return name.length <= characters ? name : `${name.slice(0, characters - 1)}…`;
}

const rounded = (value: number) => Math.round(value * 100) / 100;
const milliseconds = (us: number) => `${(us / 1_000).toFixed(us < 10_000 ? 1 : 0)} ms`;
const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Runs in the browser that shows the picture: what is clicked gets the whole width, those below it as well. */
const script = `
const frames = [...document.querySelectorAll('.f')];
const of = ({ dataset: { x, w, d } }) => ({ x: +x, w: +w, d: +d });
for (const clicked of frames) clicked.addEventListener('click', () => {
  const to = of(clicked);
  for (const frame of frames) {
    const { x, w, d } = of(frame);
    const isBelow = d < to.d && x <= to.x + 0.02 && x + w >= to.x + to.w - 0.02;
    const isInside = d >= to.d && x >= to.x - 0.02 && x + w <= to.x + to.w + 0.02;
    frame.style.display = isBelow || isInside ? '' : 'none';
    frame.style.opacity = isBelow ? 0.5 : 1;
    const left = isBelow ? 0 : (x - to.x) * ${WIDTH} / to.w;
    const width = isBelow ? ${WIDTH} : w * ${WIDTH} / to.w;
    const [rect, text] = [frame.querySelector('rect'), frame.querySelector('text')];
    rect.setAttribute('x', left);
    rect.setAttribute('width', width);
    text.setAttribute('x', left + 3);
    const characters = Math.floor((width - 6) / ${CHARACTER});
    const name = frame.dataset.n;
    text.textContent = characters < 3 ? '' : name.length <= characters ? name : name.slice(0, characters - 1) + '…';
  }
});
`;
