/** `npm run bench`: sets up what is missing, then runs bench/main.ts on the project's own Node. */
import { handOver, runScript, setUp } from './setup.mjs';

runScript('npm run bench', async () => {
  await setUp();
  handOver('bench/main.ts', process.argv.slice(2));
});
