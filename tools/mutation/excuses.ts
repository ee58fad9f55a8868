/**
 * Cleanup that no test can miss, and why. Each names a file, the line as it reads there (without indentation), and the reason,
 * which must be true: not that a test is hard to write, but that without the line nothing is kept longer than with it, or
 * nothing that has no bound of its own.
 */
import type { Excuse } from './excusing.ts';

const TELEMETRY_ENDS =
  'it observes the process, not a player, and ends with the process, which ends when its service has stopped';

const SPAN_ENDS = 'a span that nobody ends is held by nobody, either: it is lost, not kept';

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
  {
    path: 'services/edge/src/doors/grpc/interceptor.ts',
    line: "stream.once('close', () => clearTimeout(timer));",
    reason: 'within a second it fires, finds the stream closed, and does nothing',
  },
  {
    path: 'services/edge/src/doors/web-socket/call.ts',
    line: 'clearTimeout(this.#linger);',
    reason: 'within a second it fires, finds the socket destroyed, and does nothing',
  },
  {
    path: 'services/edge/src/doors/web-socket/call.ts',
    line: 'clearTimeout(this.#unasked);',
    next: 'if (socket.destroyed) return;',
    reason: 'the socket is cut within a second after the last words anyway, and its close clears the timer, too',
  },
  {
    path: 'services/edge/src/doors/web/body.ts',
    line: 'else pieces.length = 0;',
    reason: 'no more than the bound of a message is kept, and it goes with the request',
  },
  {
    path: 'services/edge/src/doors/web/door.ts',
    line: 'const idle = setInterval(() => this.#server.closeIdleConnections(), idleCheckMs); // those that ended meanwhile, too',
    reason: 'it makes the stop quicker: at the end of the grace all connections are cut, idle or not',
  },
  {
    path: 'packages/service-kit/src/telemetry/process-metrics.ts',
    line: 'delay.reset();',
    reason: 'a histogram has a fixed size: it frees nothing, it begins the next window',
  },
  {
    path: 'services/simulation/src/simulation.ts',
    line: "const telemetry = starting.use(new Telemetry({ mode, service: 'simulation', name, collections, counters, context }));",
    reason: TELEMETRY_ENDS,
  },
  {
    path: 'packages/service-kit/src/process-mark.ts',
    line: 'clearInterval(this.#again);',
    reason:
      'a turn after the stop finds the signal aborted and does nothing; the process exits next, and the timer does not hold it',
  },
  {
    path: 'packages/service-kit/src/reset-call.ts',
    line: 'stream?.destroy();',
    reason: 'closing it with an error code has destroyed it: said again for a Node that waits for its writes',
  },
  {
    path: 'packages/service-kit/src/reset-call.ts',
    line: 'session?.destroy();',
    reason: 'a session ends with its socket, which is reset in the line before: this only makes it the same turn',
  },
  {
    path: 'packages/service-kit/src/reset-call.ts',
    line: 'call.destroy();',
    reason: 'a call ends with its stream: grpc-js hears of that end; this only makes it the same turn',
  },
  {
    path: 'services/simulation/src/match.ts',
    line: 'this.#shown = undefined;',
    reason: 'one view that nobody is shown; it goes with the match, and nobody holds a match that is over',
  },
  {
    path: 'services/edge/src/player-stream.ts',
    line: "if (this.#join !== '') openSpan('join', { parent: this.#join, startTime: Date.now() - tookMs })?.end();",
    reason: SPAN_ENDS,
  },
  {
    path: 'packages/service-kit/src/control-client.ts',
    line: 'span?.end();',
    reason: SPAN_ENDS,
  },
  {
    path: 'packages/service-kit/src/control-client.ts',
    line: "span?.end(thrown instanceof ClientError ? Status[thrown.code] : 'UNKNOWN');",
    reason: SPAN_ENDS,
  },
  {
    path: 'packages/service-kit/src/telemetry/redis-metrics.ts',
    line: 'span?.end();',
    reason: SPAN_ENDS,
  },
  {
    path: 'packages/service-kit/src/telemetry/redis-metrics.ts',
    line: 'span?.end(errorType(error));',
    reason: SPAN_ENDS,
  },
  {
    path: 'services/edge/src/doors/web/door.ts',
    line: 'clearTimeout(cut);',
    reason: 'when the grace is over it fires, finds nothing left to cut, and does nothing',
  },
  {
    path: 'services/edge/src/seat.ts',
    line: 'this.#tick = undefined;',
    reason: 'a number, not memory: what is known of the tick goes with the seat',
  },
  {
    path: 'services/edge/src/sessions/renewals.ts',
    line: 'this.#stop.abort();',
    reason: 'a question under way ends by its deadline, and its answer finds no stream: they ended before',
  },
  {
    path: 'services/edge/src/trunk/trunk.ts',
    line: 'clearTimeout(this.#flush);',
    next: 'this.#flush = undefined;',
    reason: 'within a tick it fires, and sends what waits a little earlier',
  },
  {
    path: 'services/edge/src/trunk/trunk.ts',
    line: 'clearTimeout(this.#flush);',
    next: 'this.#call.close();',
    reason: 'within a tick it fires, finds the trunk closed, and does nothing',
  },
  {
    path: 'packages/service-kit/src/telemetry/server-calls.ts',
    line: 'span?.end(status === Status.OK ? undefined : name);',
    reason: SPAN_ENDS,
  },
  {
    path: 'packages/service-kit/src/run.ts',
    line: 'await Promise.all([mark.stopped(), traces?.[Symbol.asyncDispose]()]); // R5',
    code: 'traces?.[Symbol.asyncDispose]()',
    reason: 'it tells the last spans; the process exits in the next line, whatever is left',
  },
  {
    path: 'services/simulation/src/trunk.ts',
    line: "span?.end(isAttached ? undefined : 'refused');",
    reason: SPAN_ENDS,
  },
  {
    path: 'services/simulation/src/match.ts',
    line: 'this.#shownParts = undefined;',
    reason: 'one view that nobody is shown; it goes with the match, and nobody holds a match that is over',
  },
  {
    path: 'services/simulation/src/trunk.ts',
    line: 'this.#release();',
    next: 'this.#call.end();',
    reason:
      'the end closes the stream, and its close does the same; until then nothing is written to a stream that ends',
  },
  {
    path: 'services/simulation/src/trunk.ts',
    line: 'this.#release();',
    next: 'this.#call.end(status.INVALID_ARGUMENT, details);',
    reason: 'that ends the stream, of which nothing waits unread, and its close does the same',
  },
  {
    path: 'services/edge/src/edge.ts',
    line: 'stack.use(new SessionWatch({ session: sessionStreams, directory, counters }));',
    reason:
      'its stream ends with the client, which is closed next; what tries again holds nothing and ends with the process',
  },
  {
    path: 'services/simulation/src/survey.ts',
    line: 'this.#under = undefined;',
    reason: 'a generator that is done holds nothing, and that of the next maze takes its place',
  },
];
