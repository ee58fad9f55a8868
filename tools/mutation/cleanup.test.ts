import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseAst } from 'rolldown/parseAst';
import type { Syntax } from '../tidy/repository.ts';
import { cleanupIn } from './cleanup.ts';
import { cutOut, mutantsOf } from './mutant.ts';

/** The text with each of its cuts made, one at a time. */
function mutations(text: string): string[] {
  const syntax = parseAst(text, { lang: 'ts' }, 'example.ts') as unknown as Syntax;
  return mutantsOf('example.ts', text, cleanupIn(syntax, text)).map((mutant) => {
    const mutated = cutOut(text, mutant);
    parseAst(mutated, { lang: 'ts' }, 'example.ts'); // it must still be a program
    return mutated;
  });
}

suite('a cut', () => {
  for (const [what, text, ...expected] of [
    ['a timer', 'clearTimeout(timer);', 'void 0;'],
    ['a listener', "server?.off('error', fail);", 'void 0;'],
    ['one link of a chain', "x.off('a', f).off('b', g);", "x.off('b', g);", "x.off('a', f);"],
    ['a disposal', 'this.#hold?.[Symbol.dispose]();', 'void 0;'],
    ['a disposal that is awaited', 'await held[Symbol.asyncDispose]();', 'void 0;'],
    ['what a failure of is swallowed', 'void call.cancel().catch(() => {});', 'void 0;'],
    ['an entry', 'const f = () => seats.delete(id);', 'const f = () => void 0;'],
    ['an entry that is asked for at once', 'if (!seats.delete(id)) stop;', 'if (!seats.has(id)) stop;'],
    ['the first of a queue', 'const next = queue.shift();', 'const next = queue.at(0);'],
    ['what a queue has too much', 'queue.splice(0, surplus);', 'void 0;'],
    ['a ring that is emptied', 'ring.length = 0;', 'void 0;'],
    ['a field that lets go', 'this.#timer = undefined;', 'void 0;'],
    ['an owner', 'using hold = take();', 'const hold = take();'],
    ['an owner that is waited for', 'await using hold = take();', 'const hold = take();'],
    ['an end, in words of ours', 'if (gone) this.#release();', 'if (gone) void 0;'],
  ] as const) {
    test(`takes out ${what}`, () => {
      assert.deepEqual(mutations(text), expected);
    });
  }

  test('takes the owner away, not what it owns', () => {
    const stack = 'const stack = new AsyncDisposableStack();';
    assert.deepEqual(mutations(`${stack} const x = stack.use(open());`), [`${stack} const x = open();`]);
    assert.deepEqual(mutations(`${stack} stack.defer(() => { a(); b(); });`), [`${stack} void 0;`]);
  });

  test('takes the only statement of a disposal, or else all of it', () => {
    const one = 'const x = { [Symbol.dispose]: () => clearInterval(timer) };';
    assert.equal(mutations(one).length, 1);
    const two = 'class X { [Symbol.dispose]() { clearInterval(this.#timer); this.#ended = true; } }';
    assert.deepEqual(mutations(two), [
      'class X { [Symbol.dispose]() {} }',
      'class X { [Symbol.dispose]() { void 0; this.#ended = true; } }',
    ]);
  });

  test('is found where other letters come before it', () => {
    assert.deepEqual(mutations('// für „alle“ – 🎈\nclearTimeout(x);'), ['// für „alle“ – 🎈\nvoid 0;']);
  });
});

test('what only looks like cleanup is left alone', () => {
  assert.deepEqual(
    mutations(`
      import { use } from 'node:x';
      class Queue { #waiting = []; constructor() { this.late = undefined; } }
      server.use(middleware);
      const closed = true;
      x = undefined;`),
    [],
  );
});
