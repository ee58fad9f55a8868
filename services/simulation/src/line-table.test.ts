import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { LineTable } from './line-table.ts';

/** Few enough to meet again, in bundles that are looked for at the same place. */
const number = fc
  .tuple(fc.nat({ max: 12 }), fc.constantFrom(1, 63, 64, 128, 1_024, 0xffff_fff0))
  .map(([low, base]) => ((low + base) >>> 0) + 1);
const change = fc.record({ number, line: fc.option(fc.nat({ max: 0xffff_ffff }), { freq: 2 }) });

suite('a table of lines', () => {
  test('knows what a map knows, whatever came and went', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 300 }), (changes) => {
        const table = new LineTable();
        const map = new Map<number, number>();
        for (const { number, line } of changes) {
          if (line === null) {
            table.delete(number);
            map.delete(number);
          } else {
            table.set(number, line);
            map.set(number, line);
          }
          assert.equal(table.size, map.size);
          for (const { number } of changes) assert.equal(table.get(number), map.get(number), `${number}`);
        }
      }),
    );
  });

  test('keeps thousands, and forgets them', () => {
    const table = new LineTable();
    for (let number = 1; number <= 5_000; number++) table.set(number, number * 16);
    for (let number = 1; number <= 5_000; number++) assert.equal(table.get(number), number * 16);
    assert.equal(table.get(0), undefined);
    for (let number = 1; number <= 5_000; number += 2) table.delete(number);
    for (let number = 1; number <= 5_000; number++) {
      assert.equal(table.get(number), number % 2 === 0 ? number * 16 : undefined);
    }
    assert.equal(table.size, 2_500);
  });
});
