/** What sends to the floor and reads what comes: `floor-load.ts PORT MESSAGE_BYTES`, a message for each of its phases. */
import { connect } from 'node:http2';
import { setTimeout as wait } from 'node:timers/promises';
import { TICK_MS } from '@clew/maze';
import { PHASES } from '../../services/simulation/src/tick-loop.ts';

const [port = '', messageBytes = ''] = process.argv.slice(2);
const stream = connect(`http://127.0.0.1:${port}`).request({ ':method': 'POST', ':path': '/' }, { endStream: false });
stream.on('data', () => {});
const startMs = performance.now();
for (let sent = 1; ; sent++) {
  stream.write(Buffer.allocUnsafe(Number(messageBytes)));
  await wait(Math.max(0, startMs + (sent * TICK_MS) / PHASES - performance.now()));
}
