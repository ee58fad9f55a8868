/** `npm run soak`: sets up what is missing, then runs bench/soak/main.ts on the project's own Node. */
import { handOver, runScript, setUp } from './setup.mjs';

runScript('npm run soak', async () => {
  await setUp();
  handOver('bench/soak/main.ts', process.argv.slice(2));
});
