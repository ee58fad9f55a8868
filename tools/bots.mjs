/** `npm run bots`: sets up what is missing, then runs tools/bots/main.ts on the project's own Node. */
import { handOver, runScript, setUp } from './setup.mjs';

runScript('npm run bots', async () => {
  await setUp();
  handOver('tools/bots/main.ts', process.argv.slice(2));
});
