/** The whole run as one HTML page: no script, nothing from elsewhere. */
import { keepsBar, type OutageFigure } from './figures.ts';
import { escaped, firingOf, graphOf, legendOf, marksOf } from './graph.ts';
import { figuresOf, type Results, timelineOf } from './results.ts';
import type { SceneRecord } from './scene.ts';

const style = `
:root { color-scheme: light dark; --line: #8884; --soft: #666; --good: #15803d; --bad: #b91c1c; --pin: #fff; --players: #64748b2e;
  --process-0: #c2410c; --process-1: #1d4ed8; --process-2: #15803d; --process-3: #7e22ce; --process-4: #0e7490; }
@media (prefers-color-scheme: dark) { :root { --soft: #aaa; --good: #4ade80; --bad: #f87171; --pin: #111; --players: #94a3b840;
  --process-0: #fb923c; --process-1: #7dacff; --process-2: #4ade80; --process-3: #d8a4ff; --process-4: #67e8f9; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1000px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 2.5rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td.value { font-variant-numeric: tabular-nums; } .kept { color: var(--good); } .missed { color: var(--bad); }
svg { width: 100%; height: auto; } svg text { font: 11px system-ui, sans-serif; fill: currentColor; } svg .tick { fill: var(--soft); }
svg .grid { stroke: var(--line); stroke-width: .5; } svg line.limit { stroke: var(--bad); stroke-dasharray: 6 4; } svg text.limit { fill: var(--bad); }
svg line.mark { stroke: var(--soft); stroke-dasharray: 2 3; } svg .pin line { stroke: var(--bad); } svg .pin circle { fill: var(--bad); } svg .pin text { fill: var(--pin); font-weight: 600; }
svg text.mark { fill: var(--soft); font-style: italic; font-weight: 600; } svg .players { fill: var(--players); }
svg .process { fill: none; stroke-width: 2; } ${[0, 1, 2, 3, 4].map((index) => `svg .process-${index} { stroke: var(--process-${index}); }`).join(' ')}
.legend span { margin-right: 1.2rem; white-space: nowrap; } .legend svg { width: 2.2em; height: .7em; margin-right: .4em; }
ol, ul { padding-left: 1.6rem; margin: .3rem 0; } small { color: var(--soft); }
`;

export function reportOf(results: Results, about: { readonly date: Date; readonly machine: string }): string {
  const figures = figuresOf(results);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Clew: the outage of 2024-08-18, replayed</title>
<style>${style}</style>
<h1>The outage of 2024-08-18, replayed</h1>
<p>Players join, play and vanish without a goodbye, in compressed time: first on a server that keeps their sessions as the old one did, then on
Clew. Prometheus and Alertmanager watch with the rules of <code>deploy/</code>; a webhook notes which alert came when. Minutes then, seconds here.</p>
<table>
<tr><th></th><th>2024-08-18</th><th>the old server, watched</th><th>Clew</th></tr>
${timelineOf(results)
  .map(
    ({ what, real, old, clew }) =>
      `<tr><td>${escaped(what)}</td><td>${escaped(real)}</td><td>${escaped(old)}</td><td>${escaped(clew)}</td></tr>`,
  )
  .join('\n')}
</table>
<h2>Figures</h2>
<table>
<tr><th>figure</th><th>value</th><th>bar</th><th></th></tr>
${figures.map(figureRow).join('\n')}
</table>
${results.records.map(sceneSection).join('\n')}
<p><small>${escaped(about.date.toISOString().slice(0, 16).replace('T', ' '))} UTC · ${escaped(about.machine)}. Memory is what a process cannot give back: heap after the last full
garbage collection, and buffers outside of it.</small></p>
</html>
`;
}

function figureRow(figure: OutageFigure): string {
  const { value, unit, bar } = figure;
  const verdict = keepsBar(figure) ? '<span class="kept">✔</span>' : '<span class="missed">✖</span>';
  const shown = unit === 'bool' ? '' : ` ${unit}`;
  return `<tr><td><code>${figure.figure}</code></td><td class="value">${escaped(String(value ?? 'not in time'))}${escaped(shown)}</td><td class="value">${typeof bar === 'number' ? `≤ ${bar}` : bar}</td><td>${verdict}</td></tr>`;
}

function sceneSection(scene: SceneRecord): string {
  const at = (atMs: number) => `${((atMs - scene.beganMs) / 1_000).toFixed(0)} s`;
  const alerts = firingOf(scene).map(
    ({ atMs, name, labels, annotations }) =>
      `<li>${at(atMs)} <strong>${escaped(name)}</strong> ${escaped(annotations.summary ?? '')}${labels.collection ? ` <code>${escaped(labels.collection)}</code>` : ''}</li>`,
  );
  const marks = marksOf(scene).map(({ atMs, what }) => `<li>${at(atMs)} ${escaped(what)}</li>`);
  const lost = [...scene.lost].map(([reason, times]) => `${escaped(reason)} ×${times}`).join(', ');
  return `<h2>${escaped(scene.title[0]!.toUpperCase() + scene.title.slice(1))}</h2>
${graphOf(scene)}
${legendOf(scene)}
<p>What was done, as lettered in the graph:</p><ol type="a">${marks.join('')}</ol>
${alerts.length > 0 ? `<p>Alerts, as numbered in it:</p><ol>${alerts.join('')}</ol>` : '<p>No alert.</p>'}
${lost ? `<p>Lost while they wanted to stay: ${lost}</p>` : ''}`;
}
