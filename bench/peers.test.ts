import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { preparePeer } from './peers.ts';

/** A peer that depends on a folder beside it, so that installing needs no registry. */
function peers(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'clew-peers-'));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'toy/part'), { recursive: true });
  const manifest = { name: 'toy', version: '1.0.0', dependencies: { part: 'file:part' } };
  writeFileSync(join(folder, 'toy/package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'toy/part/package.json'), JSON.stringify({ name: 'part', version: '1.0.0' }));
  const packages = {
    '': manifest,
    'node_modules/part': { resolved: 'part', link: true },
    part: { version: '1.0.0' },
  };
  const lock = { ...{ name: 'toy', version: '1.0.0', lockfileVersion: 3, requires: true }, packages };
  writeFileSync(join(folder, 'toy/package-lock.json'), JSON.stringify(lock));
  return folder;
}

test('a peer is installed once, and again when its lock file changed', async (t) => {
  const folder = peers(t);
  const said: string[] = [];
  const prepare = () => preparePeer('toy', (line) => said.push(line), { folder });
  assert.equal(await prepare(), join(folder, 'toy'));
  await prepare();
  assert.deepEqual(said, ['installing toy …']);
  rmSync(join(folder, 'toy/node_modules'), { recursive: true });
  await prepare();
  assert.equal(said.length, 2);
});

test('a peer that is not there is told of', async (t) => {
  await assert.rejects(
    preparePeer('nobody', () => undefined, { folder: peers(t) }),
    /there is no peer nobody/,
  );
});

test('a peer that cannot be installed is told of, with the reason', async (t) => {
  const folder = peers(t);
  writeFileSync(join(folder, 'toy/package-lock.json'), '{ broken');
  await assert.rejects(
    preparePeer('toy', () => undefined, { folder }),
    /toy cannot be installed: /,
  );
});
