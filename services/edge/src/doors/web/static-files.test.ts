import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { startTestEdge } from '../../testing/test-edge.ts';

async function pages(context: { after(act: () => unknown): void }): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'clew-pages-'));
  context.after(() => rm(root, { recursive: true, force: true }));
  const dist = join(root, 'dist');
  await mkdir(join(dist, 'assets'), { recursive: true });
  await writeFile(join(dist, 'index.html'), '<!doctype html><title>Clew</title>');
  await writeFile(join(dist, 'assets', 'main-abc123.js'), 'export {};');
  await writeFile(join(dist, '.hidden'), 'secret');
  await writeFile(join(root, 'outside.txt'), 'secret');
  return dist;
}

/** A request as it is written, which fetch would tidy up first. */
async function ask(webUrl: string, request: string): Promise<string> {
  const socket = connect(Number(new URL(webUrl).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('latin1').on('data', (text) => {
    answer += text;
  });
  socket.write(request);
  await once(socket, 'close');
  return answer;
}

suite('the game’s pages', () => {
  test('come with headers that let them do what they need and nothing else', async (context) => {
    await using edge = await startTestEdge({
      CLEW_WEB_ROOT: await pages(context),
      CLEW_EDGES: 'http://127.0.0.1:8080|127.0.0.1:8081,https://edge-2.example|edge-2.example:443',
    });
    const page = await fetch(edge.webUrl);
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-type')!, /^text\/html/);
    assert.equal(page.headers.get('cache-control'), 'no-cache');
    assert.match(await page.text(), /<title>Clew/);
    const policy = page.headers.get('content-security-policy')!;
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self';/);
    assert.doesNotMatch(policy, /unsafe/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.match(
      policy,
      /connect-src 'self' http:\/\/127\.0\.0\.1:\d+ http:\/\/127\.0\.0\.1:8080 https:\/\/edge-2\.example/,
    );
    assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(page.headers.get('referrer-policy'), 'no-referrer');
    assert.equal(page.headers.get('x-frame-options'), 'DENY');
  });

  test('are asked for again each time, what carries a hash never', async (context) => {
    await using edge = await startTestEdge({ CLEW_WEB_ROOT: await pages(context) });
    const asset = await fetch(`${edge.webUrl}/assets/main-abc123.js`);
    assert.equal(asset.status, 200);
    assert.match(asset.headers.get('content-type')!, /javascript/);
    assert.match(asset.headers.get('cache-control')!, /max-age=31536000, immutable/);
    await asset.text();
    const page = await fetch(`${edge.webUrl}/index.html`);
    await page.text();
    const again = await fetch(`${edge.webUrl}/index.html`, { headers: { 'if-none-match': page.headers.get('etag')! } });
    assert.equal(again.status, 304);
  });

  test('are all that can be had', async (context) => {
    await using edge = await startTestEdge({ CLEW_WEB_ROOT: await pages(context) });
    for (const path of ['/nothing', '/.hidden', '/assets', '/%2e%2e/outside.txt', '/index.html%00.js']) {
      const answer = await fetch(`${edge.webUrl}${path}`);
      assert.equal(answer.status, 404, path);
      assert.doesNotMatch(await answer.text(), /secret/);
    }
    for (const path of ['/../outside.txt', '//../outside.txt', '/assets/../../outside.txt', '/..\\outside.txt']) {
      const answer = await ask(edge.webUrl, `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
      assert.match(answer, /^HTTP\/1\.1 404 /, path);
      assert.doesNotMatch(answer, /secret/);
    }
    const posted = await fetch(edge.webUrl, { method: 'POST', body: 'x' });
    assert.deepEqual([posted.status, posted.headers.get('allow')], [405, 'GET, HEAD']);
    const head = await fetch(edge.webUrl, { method: 'HEAD' });
    assert.deepEqual([head.status, await head.text()], [200, '']);
  });

  test('come whole, whatever range is asked for', async (context) => {
    await using edge = await startTestEdge({ CLEW_WEB_ROOT: await pages(context) });
    for (const range of ['bytes=5-2', 'bytes=0-1', 'bytes=-', 'x']) {
      const page = await fetch(edge.webUrl, { headers: { range } });
      assert.equal(page.status, 200);
      assert.match(await page.text(), /<title>Clew/);
    }
  });

  test('that are not built say how to build them, until they are', async (context) => {
    const dist = await pages(context);
    const index = join(dist, 'index.html');
    await rm(index);
    await using edge = await startTestEdge({ CLEW_WEB_ROOT: dist });
    const answer = await fetch(edge.webUrl);
    assert.equal(answer.status, 503);
    assert.match(await answer.text(), /npm run build --workspace clients\/web/);
    await writeFile(index, 'built');
    assert.equal(await (await fetch(edge.webUrl)).text(), 'built');
  });
});
