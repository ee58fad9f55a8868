/** `npm test`: sets up what is missing, then runs tools/test/main.ts on the project's own Node. */
import { handOver, runScript, SetupFault, setUp } from './setup.mjs';
import { helpText, parseFlags } from './test/flags.mjs';

runScript('npm test', async () => {
  const args = process.argv.slice(2);
  const parsed = parseFlags(args);
  if (parsed.kind === 'help') return console.log(helpText);
  if (parsed.kind === 'fault') throw new SetupFault(parsed.message);
  await setUp({ web: parsed.flags.stages.includes('integration') });
  handOver('tools/test/main.ts', args);
});
