/** `npm run dashboards`: sets up what is missing, then runs tools/dashboards/main.ts on the project's own Node. */
import { handOver, runScript, setUp } from './setup.mjs';

runScript('npm run dashboards', async () => {
  await setUp();
  handOver('tools/dashboards/main.ts', process.argv.slice(2));
});
