import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JoinTrace } from './join-trace.ts';

const traceparent = /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/;

test('all calls of a join have one trace and spans of their own', () => {
  const trace = new JoinTrace();
  assert.equal(trace.header(), undefined);
  trace.begin();
  const first = traceparent.exec(trace.header() ?? '');
  trace.begin();
  const second = traceparent.exec(trace.header() ?? '');
  assert.equal(first?.[1], second?.[1]);
  assert.notEqual(first?.[2], second?.[2]);
});

test('the next join is another trace', () => {
  const trace = new JoinTrace();
  trace.begin();
  const first = trace.header()?.slice(3, 35);
  trace.end();
  assert.equal(trace.header(), undefined);
  trace.begin();
  assert.notEqual(trace.header()?.slice(3, 35), first);
});
