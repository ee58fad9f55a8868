import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Series } from './series.ts';

const series = Series.parse(`# HELP a What it is.
# TYPE a gauge
a{kind="x",service_name="edge"} 1
a{kind="y, \\"quoted\\"",service_name="edge"} 2.5
b 3 1700000000000
c_bucket{le="+Inf"} +Inf

no series
`);

test('samples are found by name and by labels', () => {
  assert.equal(series.sum('a'), 3.5);
  assert.equal(series.sum('a', { kind: 'x' }), 1);
  assert.equal(series.sum('a', { kind: 'y, "quoted"' }), 2.5);
  assert.deepEqual(series.samples('b'), [{ name: 'b', labels: {}, value: 3 }]);
  assert.equal(series.sum('c_bucket', { le: '+Inf' }), Number.POSITIVE_INFINITY);
});

test('what is not told is undefined, not 0', () => {
  assert.equal(series.sum('d'), undefined);
  assert.equal(series.sum('a', { kind: 'z' }), undefined);
});
