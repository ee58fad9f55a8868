import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Stack, type StackOptions, startStack } from '../../tools/start/stack.ts';

const SECOND = '1000';

/** Leases, tombstones and events that one can wait for; matches that begin at once. Stalled readers are cut as in production. */
const env = {
  CLEW_LOG_LEVEL: 'error',
  // Nobody is refused because the machine is busy with the bench itself.
  CLEW_CALL_MS: '15000',
  // A process stands still for a walk through its heap; on a busy machine that must not be taken for an outage.
  CLEW_SESSION_SWEEP_PAUSE_MS_MAX: '20000',
  CLEW_SIMULATION_LEASE_MS: '20000',
  CLEW_REGISTER_MS: '2000',
  CLEW_MATCH_LEASE_MS: '8000',
  CLEW_SESSION_LEASE_MS: '4000',
  CLEW_RENEW_MS: '1200',
  CLEW_KEEP_ALIVE_MS: '4000',
  CLEW_SESSION_TOMBSTONE_MS: '3000',
  CLEW_SESSION_EVENTS_MS: '3000',
  CLEW_SEAT_DETACHED_MS: '4000',
  CLEW_SEAT_RECHECK_MS: '500',
  CLEW_SEAT_RESERVED_MS: '2000',
  CLEW_TICKET_LEASE_MS: '1500',
  CLEW_ASSIGNED_MS: '2000',
  CLEW_REQUEST_MS: '2000',
  CLEW_TOMBSTONE_MS: '3000',
  CLEW_MATCH_TOMBSTONE_MS: '3000',
  CLEW_MATCH_FILL_MS: '300',
  CLEW_MATCH_FINISHED_MS: SECOND,
  CLEW_RULES_LEVELS: '1',
  CLEW_RULES_BASE_SIZE: '8',
  CLEW_RULES_STARTING_TICKS: '20',
  CLEW_RULES_SCORING_TICKS: '20',
  // All players come from one address here.
  CLEW_SIGN_IN_RATE: '1000000',
  CLEW_SIGN_IN_BURST: '1000000',
  CLEW_SESSION_SIGN_INS_MAX: '4000',
  CLEW_ENTRIES_MAX: '4000',
};

/** Code that was not run for some collections is forgotten and compiled again by and by: not what is measured here. */
const nodeArgs = ['--expose-gc', '--no-flush-bytecode'];

export interface ChurnStack extends AsyncDisposable {
  readonly stack: Stack;
  /** Where the probe of a service answers. */
  socketOf(name: string): string;
}

/** Two edges and one of each other service, each with a probe in its process. */
export async function startChurnStack(
  options: Pick<StackOptions, 'redisUrl' | 'host' | 'onLog' | 'signal'>,
): Promise<ChurnStack> {
  await using owned = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'clew-churn-'));
  owned.defer(() => rm(folder, { recursive: true, force: true }));
  const socketOf = (name: string) => join(folder, `${name}.sock`);
  const stack = owned.use(
    await startStack({
      ...options,
      counts: { edge: 2 },
      env: (name) => ({ ...env, CLEW_PROBE_SOCKET: socketOf(name) }),
      nodeArgs: () => [...nodeArgs, '--import', join(import.meta.dirname, 'probe/main.ts')],
    }),
  );
  const kept = owned.move();
  return { stack, socketOf, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
