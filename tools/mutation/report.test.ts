import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepsBars } from '../../bench/area.ts';
import { figuresOf, summaryLine } from './report.ts';

test('who is excused counts neither for nor against', () => {
  const [ratio, ...counts] = figuresOf({ killed: 9, excused: 5, survived: 0 }, 60);
  assert.equal(ratio?.figure, 'churn.mutants_killed_ratio');
  assert.equal(ratio?.value, 1);
  assert.deepEqual(counts.map(({ value }) => value).slice(0, 4), [9, 5, 0, 14]);
});

test('one survivor breaks the bar', () => {
  const counts = { killed: 9, excused: 0, survived: 1 };
  const [ratio] = figuresOf(counts, 60);
  assert.equal(keepsBars(ratio!), false);
  assert.match(summaryLine(counts, 60), /10 mutants: 9 killed, 0 excused, 1 survived/);
});
