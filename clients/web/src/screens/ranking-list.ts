/** The ranking as rows: pure text, then a list of it. */
import type { Rank } from '@clew/maze';
import { colourOf } from '../people/colours.ts';
import { element } from './element.ts';

export interface RankingRow {
  readonly place: string;
  readonly name: string;
  readonly remark: string;
  readonly clews: number;
  readonly points: number;
  readonly seat: number;
  readonly isOwn: boolean;
}

/**
 * The best rows, at most `rows`; the own row is among them even where it is not among the best: it then takes the last
 * place. `arrivals`: place of arrival by seat, for those who are out.
 */
export function rankingRows(
  ranking: readonly Rank[],
  ownSeat: number,
  rows: number,
  arrivals: ReadonlyMap<number, number> = new Map(),
): RankingRow[] {
  const own = ranking.findIndex((rank) => rank.seat === ownSeat);
  const shown = ranking.slice(0, rows);
  if (own >= rows) shown[rows - 1] = ranking[own] as Rank;
  return shown.map((rank) => ({
    place: `${rank.place}`,
    name: rank.displayName,
    remark: remarkOf(rank, rank.seat === ownSeat, arrivals.get(rank.seat) ?? 0),
    clews: rank.clews,
    points: rank.points,
    seat: rank.seat,
    isOwn: rank.seat === ownSeat,
  }));
}

function remarkOf(rank: Rank, isOwn: boolean, arrival: number): string {
  const who = isOwn ? 'you' : rank.bot ? 'bot' : '';
  if (arrival === 0) return who;
  return who === '' ? 'out' : `${who} · out`;
}

/** A table; `wide` with clews and headings. */
export function rankingTable(rows: readonly RankingRow[], wide: boolean): HTMLTableElement {
  const body = element('tbody');
  for (const row of rows) {
    const dot = element('span', { class: 'dot' });
    dot.style.backgroundColor = colourOf(row.seat);
    const name = element('td', { class: 'name' }, [dot, element('span', { class: 'called', text: row.name })]);
    if (row.remark) name.append(element('span', { class: 'remark', text: row.remark }));
    const line = element('tr', { class: row.isOwn ? 'own' : '' }, [
      element('td', { class: 'place', text: row.place }),
      name,
    ]);
    if (wide) line.append(element('td', { class: 'number', text: `${row.clews}` }));
    line.append(element('td', { class: 'number', text: `${row.points}` }));
    body.append(line);
  }
  const table = element('table', { class: wide ? 'ranking wide' : 'ranking' });
  if (wide) {
    const head = element('tr', {}, [
      element('th', { text: 'Place', attributes: { scope: 'col' } }),
      element('th', { text: 'Player', class: 'name', attributes: { scope: 'col' } }),
      element('th', { text: 'Clews', class: 'number', attributes: { scope: 'col' } }),
      element('th', { text: 'Points', class: 'number', attributes: { scope: 'col' } }),
    ]);
    table.append(element('thead', {}, [head]));
  }
  table.append(body);
  return table;
}
