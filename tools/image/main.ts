/** `npm run image`: the image that deploy/compose.yaml runs. */
import { Command, CommanderError } from 'commander';
import { engineAnswers } from '../machine/docker.ts';
import { runScript, SetupFault } from '../setup.mjs';
import { stopRequest } from '../start/stop-request.ts';
import { buildImage } from './build.ts';

runScript('npm run image', async () => {
  const command = new Command('npm run image --')
    .description('Builds the image of all services, for deploy/compose.yaml.')
    .option('--tag <name>', 'its name', 'clew:dev')
    .option(
      '--base <image>',
      'an image with the Node of package.json on PATH (default: the public one that deploy/Dockerfile names)',
    )
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  try {
    command.parse();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return;
    throw new SetupFault(error.message.replace(/^error: /, ''));
  }
  const { tag, base } = command.opts<{ tag: string; base?: string }>();
  if (!(await engineAnswers())) throw new SetupFault('Docker does not answer: start it');
  await buildImage({ tag, base, signal: stopRequest(process, () => process.exit(1)) });
  console.log(`built ${tag}; docker compose -f deploy/compose.yaml up`);
});
