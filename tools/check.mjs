/** `npm run check`: sets up what is missing, then runs tools/check/main.ts on the project's own Node. */
import { handOver, runScript, setUp } from './setup.mjs';

runScript('npm run check', async () => {
  await setUp();
  handOver('tools/check/main.ts', []);
});
