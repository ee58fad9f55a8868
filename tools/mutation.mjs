/** `npm run test:mutation`: sets up what is missing, then runs tools/mutation/main.ts on the project's own Node. */
import { handOver, runScript, setUp } from './setup.mjs';

runScript('npm run test:mutation', async () => {
  await setUp();
  handOver('tools/mutation/main.ts', process.argv.slice(2));
});
