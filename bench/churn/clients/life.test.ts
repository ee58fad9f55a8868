import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { suite, test } from 'node:test';
import { Life } from './life.ts';
import { doors } from './wire/line.ts';

/** Takes every connection and says nothing. */
async function silentEdge() {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {}).resume();
    sockets.push(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    edge: { grpcAddress: `127.0.0.1:${port}`, webUrl: `http://127.0.0.1:${port}` },
    /** Resolves when everybody who came is gone. */
    async deserted() {
      await Promise.all(sockets.map((socket) => socket.closed || once(socket, 'close')));
      return sockets.length;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

suite('a life that takes too long', () => {
  for (const door of doors) {
    test(`is over, and nothing of it goes on (${door})`, async () => {
      await using silent = await silentEdge();
      const life = new Life({ door, edges: [silent.edge], index: 0 });
      let thrown: unknown;
      const living = life.inTime(async (one) => {
        await one
          .player()
          .signIn()
          .catch((why: unknown) => {
            thrown = why;
          });
        // Who does not hear that it is over gets nothing any more.
        await one.player().signIn();
      }, 200);
      await assert.rejects(living, /takes too long/);
      assert.ok(thrown instanceof Error, 'what it waited for failed');
      assert.equal(await silent.deserted(), 1);
    });

    test(`leaves a closed line, which opens nothing (${door})`, async () => {
      await using silent = await silentEdge();
      const life = new Life({ door, edges: [silent.edge], index: 0 });
      const player = life.player();
      life[Symbol.dispose]();
      await assert.rejects(player.signIn());
      await assert.rejects(player.line.open('token'));
    });
  }

  test('fails with its own reason while there is time', async () => {
    const life = new Life({ door: 'grpc', edges: [], index: 0 });
    await assert.rejects(
      life.inTime(() => Promise.reject(new Error('stumbled')), 60_000),
      /stumbled/,
    );
  });
});
