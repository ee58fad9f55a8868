import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { leaveStackNote, readStackNote, stackNotePath } from './stack-note.ts';

function pathOf(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'clew-note-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return stackNotePath(folder, 8080);
}

const note = { opsUrls: ['http://127.0.0.1:1'], opsToken: 'a token of sixteen' };

test('a note is there while its stack runs, for its owner alone', (context) => {
  const path = pathOf(context);
  {
    using _ = leaveStackNote(path, note);
    assert.deepEqual(readStackNote(path), note);
    assert.equal(statSync(path).mode & 0o777, 0o600);
  }
  assert.equal(existsSync(path), false);
  assert.equal(readStackNote(path), undefined);
});

test('a note that a killed run left is replaced, and one that is none is not read', (context) => {
  const path = pathOf(context);
  leaveStackNote(path, note)[Symbol.dispose]();
  assert.ok(existsSync(dirname(path)));
  writeFileSync(path, 'half a no', { mode: 0o644 });
  assert.equal(readStackNote(path), undefined);
  using _ = leaveStackNote(path, note);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readStackNote(path), note);
});
