import { run } from '@clew/service-kit/run';
import { type EdgeConfig, edgeFields } from './config.ts';
import { startEdge } from './edge.ts';

await run<EdgeConfig>(process, { name: 'edge', fields: edgeFields, start: startEdge });
