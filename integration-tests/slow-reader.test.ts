import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grpcTransport } from '@clew/client/node';
import { TestPlayer } from './player.ts';
import { RawReader } from './raw-reader.ts';
import { longMatch } from './rules.ts';
import { stackForFile } from './stack.ts';
import { collectionSizes } from './traces.ts';
import { until } from './until.ts';

const stack = stackForFile({ env: { ...longMatch, CLEW_READER_STALL_MS: '3000' } });

/** A player whose stream is read by hand, in the same match as a quick one. */
async function aSlowAndAQuickPlayer() {
  const quick = new TestPlayer(stack());
  await quick.signIn('Quick');
  const { grpcAddress } = stack().edges[0]!;
  const connection = grpcTransport().connect(grpcAddress);
  const call = () => AbortSignal.timeout(5_000);
  const { token } = await connection.signIn(
    {
      secret: crypto.getRandomValues(new Uint8Array(32)),
      displayName: 'Slow',
      takeOver: false,
      requestId: crypto.randomUUID(),
    },
    call(),
  );
  const slow = new RawReader(grpcAddress, token);
  await until('the stream is open', () => slow.messages.length > 0);
  await Promise.all([quick.play(), connection.findMatch({ requestId: crypto.randomUUID() }, token, call())]);
  await until('frames come', () => slow.messages.some(({ header }) => header));
  return {
    quick,
    slow,
    async [Symbol.asyncDispose]() {
      slow.close();
      connection.close();
      await quick.client.leave();
      quick.vanish();
    },
  };
}

test('a slow reader gets a keyframe when he reads again, while others get every frame', async () => {
  await using pair = await aSlowAndAQuickPlayer();
  const { quick, slow } = pair;
  const framesBefore = quick.client.stats.frames;
  const tickBefore = quick.client.match!.view!.tick;
  slow.pause();
  await quick.sees(40); // Two seconds: some 40 frames that do not fit.
  const paused = slow.messages.length;
  slow.resume();
  await until('he reads on', () => slow.messages.slice(paused).some(({ header }) => header?.keyframe));
  const ticks = slow.messages.flatMap(({ header }) => (header ? [header] : []));
  for (const [index, header] of ticks.entries()) {
    const follows = header.keyframe || header.tick === ticks[index - 1]!.tick + 1;
    assert.ok(follows, `tick ${header.tick} has its base`);
  }
  const { gaps, frames } = quick.client.stats;
  assert.equal(gaps, 0);
  assert.equal(frames - framesBefore, quick.client.match!.view!.tick - tickBefore, 'the quick one got every frame');
});

test('a reader that stops reading and goes on answering pings is cut off, and the edge holds nothing of him', async () => {
  await using pair = await aSlowAndAQuickPlayer();
  const { quick, slow } = pair;
  const streams = async () => {
    const sizes = await collectionSizes(stack());
    return Object.entries(sizes).filter(([name, size]) => /edge-1 .*(stream|player)/.test(name) && size > 0);
  };
  assert.ok((await streams()).some(([, size]) => size === 2));
  slow.pause();
  await until('the edge holds one player', async () => (await streams()).every(([, size]) => size <= 1), 30_000);
  slow.resume(); // The client hears of a reset only when it reads.
  await until('he learns that he was cut', () => slow.isReset);
  assert.equal(quick.client.stats.disconnects, 0);
});
