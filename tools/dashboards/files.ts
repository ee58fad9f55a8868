import { join } from 'node:path';
import { root } from '../setup.mjs';
import { buildBoard } from './board.ts';
import { boards } from './boards.ts';

export const dashboardsFolder = join(root, 'deploy/grafana/dashboards');

/** The files that deploy/grafana/dashboards holds, by name. */
export function dashboardFiles(): Map<string, string> {
  return new Map(boards.map((board) => [`${board.name}.json`, `${JSON.stringify(buildBoard(board), null, 2)}\n`]));
}
