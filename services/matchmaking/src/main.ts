import { run } from '@clew/service-kit/run';
import { matchmakingFields } from './config.ts';
import { startMatchmaking } from './matchmaking.ts';

await run(process, { name: 'matchmaking', fields: matchmakingFields, start: startMatchmaking });
