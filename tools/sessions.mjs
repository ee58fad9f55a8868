/** `npm run sessions`: sets up what is missing, then runs tools/sessions/main.ts on the project's own Node. */
import { handOver, runScript, setUp } from './setup.mjs';

runScript('npm run sessions', async () => {
  await setUp();
  handOver('tools/sessions/main.ts', process.argv.slice(2));
});
