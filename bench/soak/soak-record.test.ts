import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SoakRecord } from './soak-record.ts';

test('a record of a soak tells why lives went otherwise than planned, the most frequent first, and few reasons', () => {
  const record = new SoakRecord();
  record.note('a TCP reset, web: takes too long');
  for (let time = 0; time < 3; time += 1) record.note('a clean leave, grpc: refused');
  assert.deepEqual(record.why(), ['3 × a clean leave, grpc: refused', '1 × a TCP reset, web: takes too long']);
  for (let index = 0; index < 100; index += 1) record.note(`reason ${index}`);
  assert.equal(record.why().length, 21);
  assert.equal(record.why()[0], '82 × other reasons');
});
