/** `npm run doctor`: sets up what is missing, then runs tools/doctor/main.ts on the project's own Node. */
import { handOver, runScript, setUp } from './setup.mjs';

runScript('npm run doctor', async () => {
  await setUp();
  handOver('tools/doctor/main.ts', process.argv.slice(2));
});
