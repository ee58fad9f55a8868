/** For tests, by `node --import`: SIGUSR1 would open the inspector, so SIGALRM collects all garbage, as a leak test needs it. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

process.on('SIGALRM', () => collect());
