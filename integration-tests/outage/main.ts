/** The old server as a process: `CLEW_GRPC_PORT` for players, `CLEW_OPS_PORT` for /metrics. It ends with its standard input. */
import { tellMetrics } from './old-metrics.ts';
import { OldServer } from './old-server.ts';

const server = new OldServer();
await server.listen(Number(process.env.CLEW_GRPC_PORT));
await tellMetrics(server, Number(process.env.CLEW_OPS_PORT));
process.stdin.on('end', () => process.exit(0)).resume();
process.on('SIGTERM', () => process.exit(0));
