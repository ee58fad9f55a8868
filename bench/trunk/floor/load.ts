import { connect } from 'node:http2';
import { setTimeout as wait } from 'node:timers/promises';
import { TICK_MS } from '@clew/maze';
import { PHASES } from '../../../services/simulation/src/tick-loop.ts';

/** Sends a message for each phase, and reads what comes, until it is ended. */
export async function load(port: number, messageBytes: number): Promise<never> {
  const session = connect(`http://127.0.0.1:${port}`);
  const stream = session.request({ ':method': 'POST', ':path': '/' }, { endStream: false });
  stream.on('data', () => {});
  const startMs = performance.now();
  for (let sent = 1; ; sent++) {
    stream.write(Buffer.allocUnsafe(messageBytes));
    await wait(Math.max(0, startMs + (sent * TICK_MS) / PHASES - performance.now()));
  }
}
