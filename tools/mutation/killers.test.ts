import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Killers } from './killers.ts';

test('who noticed a mutant is known to the next run, and comes with the sources when it is kept', (context) => {
  const root = mkdtempSync(join(tmpdir(), 'clew-killers-'));
  context.after(() => rmSync(root, { recursive: true }));
  const first = new Killers(root);
  first.set('a.ts close() close()', { file: 'a.test.ts', test: 'ends › at once' });
  first.set('b.ts end() end()', { file: 'b.test.ts', hangs: true });
  first.save();
  const second = new Killers(root);
  assert.deepEqual(second.of('a.ts close() close()'), {
    file: 'a.test.ts',
    test: 'ends › at once',
    hangs: false,
  });
  assert.deepEqual(second.of('b.ts end() end()'), { file: 'b.test.ts', test: undefined, hangs: true });
  assert.deepEqual(second.failingIn('a.test.ts'), ['ends › at once']);
  assert.deepEqual(second.failingIn('b.test.ts'), [], 'it hangs');
  second.keep(new Set(['b.ts end() end()']));
  rmSync(join(root, '.clew'), { recursive: true });
  assert.ok(!existsSync(join(root, '.clew')));
  const third = new Killers(root);
  assert.equal(third.of('a.ts close() close()'), undefined);
  assert.equal(third.of('b.ts end() end()')?.file, 'b.test.ts');
});

test('who noticed most of a file’s mutants is asked first', (context) => {
  const root = mkdtempSync(join(tmpdir(), 'clew-killers-'));
  context.after(() => rmSync(root, { recursive: true }));
  const killers = new Killers(root);
  for (const line of ['x()', 'y()']) killers.set(`a.ts ${line} ${line}`, { file: 'far.test.ts' });
  killers.set('a.ts z() z()', { file: 'near.test.ts' });
  assert.deepEqual(killers.sorted('a.ts', ['other.test.ts', 'near.test.ts', 'far.test.ts']), [
    'far.test.ts',
    'near.test.ts',
    'other.test.ts',
  ]);
});
