import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mirrorOf } from './debian.ts';

test('finds the mirror in a one-line source, past options and other suites', () => {
  const text = `# deb http://old.example/debian bookworm main
deb http://updates.example/debian bookworm-updates main
deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian bookworm main contrib
`;
  assert.equal(mirrorOf([text], 'bookworm'), 'http://mirror.example/debian');
});

test('finds the mirror in a deb822 stanza', () => {
  const text = `Types: deb
URIs: http://security.example/debian
Suites: bookworm-security

Types: deb
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
`;
  assert.equal(mirrorOf(['', text], 'bookworm'), 'http://mirror.example/debian');
});

test('knows when no source carries the distribution', () => {
  assert.equal(mirrorOf(['deb http://other.example/apt stable main'], 'bookworm'), undefined);
});
