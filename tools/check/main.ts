/** `npm run check`: quiet about what is well, the tool's own words about what is not. */
import { checks, printCheck, runChecks } from './checks.ts';

const results = await runChecks(await checks(), printCheck);
process.exit(results.every((result) => result.passed) ? 0 : 1);
