import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { emptyRecord } from '@clew/maze';
import { Journal } from './journal.ts';

suite('a journal', () => {
  test('keeps the last ticks, oldest first', () => {
    const journal = new Journal(3);
    const left = () => journal.records().map(({ leaves }) => leaves[0]);
    for (const tick of [1, 2]) journal.push({ ...emptyRecord, leaves: [tick] });
    assert.deepEqual(left(), [1, 2]);
    for (const tick of [3, 4, 5]) journal.push({ ...emptyRecord, leaves: [tick] });
    assert.deepEqual(left(), [3, 4, 5]);
    assert.equal(journal.size, 3);
  });
});
