import { createServer, type ServerHttp2Stream } from 'node:http2';
import { performance } from 'node:perf_hooks';
import { TickLoop } from '../../../services/simulation/src/tick-loop.ts';

/**
 * A message in each of the simulation's five phases through bare node:http2, and nothing else. Prints "serving", then each second
 * what its last half minute was like, as one object.
 */
export function serve(port: number, messageBytes: number): void {
  /** M3: the bench has one. */
  const streams = new Set<ServerHttp2Stream>();
  const server = createServer();
  server.on('stream', (opened) => {
    const stream = opened as ServerHttp2Stream;
    streams.add(stream);
    stream.on('data', () => {});
    stream.on('error', () => {}); // `close` comes, too
    stream.on('close', () => streams.delete(stream));
    stream.respond({ ':status': 200 });
  });
  const loop = new TickLoop({
    clock: () => performance.now(),
    busy: () => performance.eventLoopUtilization().active,
    onPhase: () => {
      for (const stream of streams) stream.write(Buffer.allocUnsafe(messageBytes));
    },
    isIdle: () => streams.size === 0,
    onDone: () => {},
  });
  server.listen(port, '127.0.0.1', () => {
    loop.start();
    console.log('serving');
    setInterval(() => console.log(JSON.stringify(loop.report())), 1_000);
  });
}
