import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rank } from '@clew/maze';
import { rankingRows } from './ranking-list.ts';

const ranking: Rank[] = Array.from({ length: 8 }, (_, index) => ({
  place: index + 1,
  seat: 7 - index,
  displayName: `p${7 - index}`,
  points: 100 - index,
  clews: index,
  bot: index > 3,
}));

test('shows the best and always oneself', () => {
  const rows = rankingRows(ranking, 0, 5);
  assert.deepEqual(
    rows.map((row) => row.place),
    ['1', '2', '3', '4', '8'],
  );
  assert.equal(rows[4]?.isOwn, true);
  assert.equal(rankingRows(ranking, 6, 5)[4]?.place, '5');
});

test('says who is a bot, who is out, and which one is oneself', () => {
  const rows = rankingRows(
    ranking,
    7,
    8,
    new Map([
      [7, 1],
      [0, 2],
    ]),
  );
  assert.equal(rows[0]?.remark, 'you · out');
  assert.equal(rows[1]?.remark, '');
  assert.equal(rows[7]?.remark, 'bot · out');
});

test('is short where few play', () => {
  assert.equal(rankingRows(ranking.slice(0, 1), 7, 5).length, 1);
  assert.deepEqual(rankingRows([], 7, 5), []);
});
