import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepsBars } from './area.ts';
import { figuresTable, jsonLine } from './report.ts';

const figure = { figure: 'play.tick_ms_p99_grpc', value: 3.2, unit: 'ms', max: 5 };

test('a bar is kept up to and with its value', () => {
  assert.equal(keepsBars(figure), true);
  assert.equal(keepsBars({ ...figure, value: 5 }), true);
  assert.equal(keepsBars({ ...figure, value: 5.1 }), false);
  assert.equal(keepsBars({ figure: 'a', value: 1, unit: '1', min: 2 }), false);
  assert.equal(keepsBars({ figure: 'a', value: 1, unit: '1' }), undefined);
});

test('a line of json is one object that says whether it kept its bar', () => {
  assert.deepEqual(JSON.parse(jsonLine(figure)), { ...figure, kept: true });
  assert.deepEqual(JSON.parse(jsonLine({ figure: 'a', value: 1, unit: '1' })), { figure: 'a', value: 1, unit: '1' });
});

test('the table has a row for each figure', () => {
  const table = figuresTable([figure, { ...figure, figure: 'play.tick_ms_p99_web', value: 9 }]);
  assert.match(table, /play\.tick_ms_p99_grpc.*3\.2.*ms.*≤ 5/);
  assert.match(table, /play\.tick_ms_p99_web.*9/);
});
