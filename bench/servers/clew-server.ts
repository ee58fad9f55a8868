import { type Stack, type StackOptions, startStack } from '../../tools/start/stack.ts';
import { pin, SERVER_CORE } from './process-figures.ts';
import type { Server } from './server.ts';

export interface ClewServer extends Server {
  readonly stack: Stack;
}

/** A level that lasts as long as the bench, in rooms that are full of players: nobody but them moves. */
export function endlessRooms(room: number): Readonly<Record<string, string>> {
  return {
    CLEW_LOG_LEVEL: 'warn',
    CLEW_MATCH_SEATS: String(room),
    CLEW_MATCH_FILL_MS: '60000',
    CLEW_RULES_SEATS: String(room),
    CLEW_RULES_STARTING_TICKS: '1',
    CLEW_RULES_CLIMBING_TICKS_MAX: '100000',
    CLEW_SIGN_IN_BURST: '10000',
  };
}

/** All services of Clew, one process each, on the servers' core. */
export async function startClew(options: StackOptions, door: 'web' | 'grpc'): Promise<ClewServer> {
  const stack = await startStack(options);
  const pids = Object.fromEntries(stack.services.map(({ kind, pid }) => [kind, pid ?? 0]));
  for (const pid of Object.values(pids)) pin(pid, SERVER_CORE);
  const [edge] = stack.edges;
  return {
    stack,
    address: (door === 'web' ? edge?.webUrl : edge?.grpcAddress) ?? '',
    pids,
    [Symbol.asyncDispose]: () => stack.stop(),
  };
}
