/** `npm run image`: sets up what is missing, then runs tools/image/main.ts on the project's own Node. */
import { handOver, runScript, setUp } from './setup.mjs';

runScript('npm run image', async () => {
  await setUp({ web: true });
  handOver('tools/image/main.ts', process.argv.slice(2));
});
