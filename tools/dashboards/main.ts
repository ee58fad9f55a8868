/** `npm run dashboards`: writes deploy/grafana/dashboards from tools/dashboards/boards.ts. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dashboardFiles, dashboardsFolder } from './files.ts';

rmSync(dashboardsFolder, { recursive: true, force: true });
mkdirSync(dashboardsFolder, { recursive: true });
for (const [name, text] of dashboardFiles()) {
  writeFileSync(join(dashboardsFolder, name), text);
  console.log(`deploy/grafana/dashboards/${name}`);
}
