/**
 * The floor under a simulation, without matches: `main.ts PORT serve MESSAGE_BYTES` sends, `main.ts PORT load MESSAGE_BYTES`
 * sends too and reads what comes.
 */
import { load } from './load.ts';
import { serve } from './serve.ts';

const [port = '', role = '', messageBytes = ''] = process.argv.slice(2);
if (role === 'serve') serve(Number(port), Number(messageBytes));
else await load(Number(port), Number(messageBytes));
