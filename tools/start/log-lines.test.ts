import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { LINE_CHARACTERS_MAX, parseLogLine, readLines } from './log-lines.ts';

async function linesOf(...chunks: (string | Buffer)[]): Promise<string[]> {
  const stream = new PassThrough();
  const lines: string[] = [];
  readLines(stream, (line) => lines.push(line));
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await once(stream, 'end');
  return lines;
}

test('a line may come in pieces, several may come in one, the last may have no end', async () => {
  assert.deepEqual(await linesOf('on', 'e\ntwo\nth', 'ree'), ['one', 'two', 'three']);
});

test('a character may be torn apart between two pieces', async () => {
  const bytes = Buffer.from('ä\n');
  assert.deepEqual(await linesOf(bytes.subarray(0, 1), bytes.subarray(1)), ['ä']);
});

test('a line without end is cut instead of kept', async () => {
  const lines = await linesOf(...Array.from({ length: 10 }, () => 'x'.repeat(LINE_CHARACTERS_MAX)), '\nnext\n');
  assert.deepEqual(
    lines.map((line) => line.length),
    [LINE_CHARACTERS_MAX, 4],
  );
});

test('a record is read as its message and what else it holds', () => {
  const line =
    '{"level":40,"time":"2026-01-01T00:00:00.000Z","pid":1,"hostname":"h","name":"edge-1","port":8080,"msg":"listening"}';
  assert.deepEqual(parseLogLine(line), { level: 'warn', text: 'listening port=8080' });
});

test('an error in a record is read with its stack', () => {
  const line =
    '{"level":60,"msg":"cannot start","err":{"type":"Error","message":"boom","stack":"Error: boom\\n    at x"}}';
  assert.deepEqual(parseLogLine(line), { level: 'error', text: 'cannot start Error: boom\n    at x' });
});

test('a line of Redis is read without its process, role and time', () => {
  const line = '1234:M 22 Nov 2026 15:52:35.733 # WARNING Memory overcommit must be enabled! - see docs';
  assert.equal(parseLogLine(line).text, 'WARNING Memory overcommit must be enabled! - see docs');
  assert.equal(parseLogLine('1234:signal-handler (1795362633) Received SIGTERM').text, 'Received SIGTERM');
});

test('what is no record is text', () => {
  assert.deepEqual(parseLogLine('{ plain'), { level: 'info', text: '{ plain' });
});
