import assert from 'node:assert/strict';
import { test } from 'node:test';
import { excuseFor, idleExcuses } from './excusing.ts';
import { mutantsOf } from './mutant.ts';

const text = 'first();\n  a.close(), b.close();\n';
const cut = (code: string) => {
  const start = text.indexOf(code);
  return { kind: 'ending', start, end: start + code.length, replacement: '' } as const;
};
const mutants = mutantsOf('x.ts', text, [cut('a.close()'), cut('b.close()')]);
const excuse = { path: 'x.ts', line: 'a.close(), b.close();', reason: 'both end with the process' };

test('an excuse goes by file and line, wherever the line has moved', () => {
  for (const mutant of mutants) assert.equal(excuseFor(mutant, [excuse]), excuse);
  assert.equal(excuseFor({ ...mutants[0]!, path: 'y.ts' }, [excuse]), undefined);
  assert.equal(excuseFor({ ...mutants[0]!, text: 'a.close();' }, [excuse]), undefined);
});

test('an excuse may mean one cut of a line', () => {
  const narrow = { ...excuse, code: 'b.close()' };
  assert.deepEqual(
    mutants.map((mutant) => excuseFor(mutant, [narrow])),
    [undefined, narrow],
  );
});

test('an excuse may mean a line by the line after it', () => {
  const [mutant] = mutants;
  assert.equal(mutant?.next, '');
  assert.equal(excuseFor({ ...mutant!, next: 'c();' }, [{ ...excuse, next: 'd();' }]), undefined);
  assert.ok(excuseFor({ ...mutant!, next: 'c();' }, [{ ...excuse, next: 'c();' }]));
});

test('an excuse that nothing needs is told', () => {
  assert.deepEqual(idleExcuses(mutants, [excuse]), []);
  const [told] = idleExcuses(mutants, [excuse, { ...excuse, line: 'c.close();' }]);
  assert.match(told ?? '', /x\.ts has no cleanup in a line "c\.close\(\);"/);
});
