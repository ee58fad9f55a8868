/** `npm start`: sets up what is missing, then runs tools/start/main.ts on the project's own Node. */
import { handOver, runScript, SetupFault, setUp } from './setup.mjs';
import { helpText, parseFlags } from './start/flags.mjs';

runScript('npm start', async () => {
  const args = process.argv.slice(2);
  const parsed = parseFlags(args, process.env);
  if (parsed.kind === 'help') return console.log(helpText);
  if (parsed.kind === 'fault') throw new SetupFault(parsed.message);
  await setUp({ web: true });
  handOver('tools/start/main.ts', args);
});
