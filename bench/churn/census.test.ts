import assert from 'node:assert/strict';
import { test } from 'node:test';
import { patternOf } from './census.ts';

test('keys of one kind have one pattern, whoever they belong to', () => {
  const patterns = {
    'clew:{s17}:session:0123456789abcdef0123456789abcdef': 'clew:{s*}:session:*',
    'clew:{s3}:deadlines': 'clew:{s*}:deadlines',
    'clew:{m:m-AbC_1}:match': 'clew:{m:*}:match',
    'clew:{q:default}:ticket:t-1': 'clew:{q:default}:ticket:*',
    'clew:{q:default}:player:0123': 'clew:{q:default}:player:*',
    'clew:{q:default}:request:0123:6f1e': 'clew:{q:default}:request:*',
    'clew:{q:default}:waiting': 'clew:{q:default}:waiting',
    'clew:{registry}:simulation:simulation-1': 'clew:{registry}:simulation:*',
  };
  for (const [key, pattern] of Object.entries(patterns)) assert.equal(patternOf(key), pattern);
});
