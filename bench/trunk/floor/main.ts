/**
 * The floor under a simulation, without matches: `main.ts serve PORT MESSAGE_BYTES` sends, `main.ts load PORT MESSAGE_BYTES`
 * sends too and reads what comes.
 */
import { load } from './load.ts';
import { serve } from './serve.ts';

const [role = '', port = '', messageBytes = ''] = process.argv.slice(2);
if (role === 'serve') serve(Number(port), Number(messageBytes));
else await load(Number(port), Number(messageBytes));
