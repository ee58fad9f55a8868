/**
 * Cleanup that no test can miss, and why. Each names a file, the line as it reads there (without indentation), and the reason,
 * which must be true: not that a test is hard to write, but that without the line nothing is kept longer than with it, or
 * nothing that has no bound of its own.
 */
import type { Excuse } from './excusing.ts';

const TELEMETRY_ENDS =
  'it observes the process, not a player, and ends with the process, which ends when its service has stopped';

export const excuses: readonly Excuse[] = [
  {
    path: 'services/edge/src/edge.ts',
    line: "const telemetry = stack.use(new Telemetry({ mode, service: 'edge', name, collections, counters, context }));",
    reason: TELEMETRY_ENDS,
  },
  {
    path: 'services/session/src/session.ts',
    line: "const telemetry = stack.use(new Telemetry({ mode, service: 'session', name, collections, counters, context }));",
    reason: TELEMETRY_ENDS,
  },
  {
    path: 'services/matchmaking/src/matchmaking.ts',
    line: "const telemetry = starting.use(new Telemetry({ mode, service: 'matchmaking', name, collections, counters, context }));",
    reason: TELEMETRY_ENDS,
  },
  {
    path: 'services/session/src/watcher.ts',
    line: 'this.#wake = undefined;',
    reason: 'it wakes a promise that is resolved already; the next wait puts its own in its place',
  },
];
