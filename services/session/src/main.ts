import { run } from '@clew/service-kit/run';
import { sessionFields } from './config.ts';
import { startSession } from './session.ts';

await run(process, { name: 'session', fields: sessionFields, start: startSession });
