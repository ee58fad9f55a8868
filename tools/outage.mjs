/** `npm run outage`: sets up what is missing, then runs tools/outage/main.ts on the project's own Node. */
import { handOver, runScript, setUp } from './setup.mjs';

runScript('npm run outage', async () => {
  await setUp();
  handOver('tools/outage/main.ts', process.argv.slice(2));
});
