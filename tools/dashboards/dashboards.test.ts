import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { boards } from './boards.ts';
import { dashboardFiles, dashboardsFolder } from './files.ts';

test('the dashboards in deploy/ are those that the code says: npm run dashboards writes them', () => {
  const wanted = dashboardFiles();
  assert.deepEqual(readdirSync(dashboardsFolder).sort(), [...wanted.keys()].sort());
  for (const [name, text] of wanted) {
    assert.ok(readFileSync(join(dashboardsFolder, name), 'utf8') === text, `${name} is stale: npm run dashboards`);
  }
});

test('every panel says what one sees in it', () => {
  for (const { title, rows } of boards) {
    for (const panel of rows.flatMap(({ panels }) => panels)) {
      assert.ok(panel.about.length > 5 && panel.queries.length > 0, `${title}: ${panel.title}`);
    }
  }
});
