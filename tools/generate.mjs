/** `npm run generate`: what is generated from protos, where they changed. */
import { runScript, setUp } from './setup.mjs';

runScript('npm run generate', () => setUp());
