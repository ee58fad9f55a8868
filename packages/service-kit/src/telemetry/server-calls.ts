import { Status } from 'nice-grpc-common';
import { CollectionFull } from '../collections.ts';
import { ServiceError } from '../service-error.ts';
import { Histogram, secondsBoundaries } from './histogram.ts';
import type { Instruments, Point } from './instruments.ts';
import { type OpenSpan, openSpan, type TraceParent } from './tracing.ts';

/** A call that is being served. */
export interface ServerCall {
  /** What its work belongs to; undefined where nobody exports, or the caller began no trace. */
  readonly span: OpenSpan | undefined;
  end(status: Status): void;
}

/** How a call may fail, by name. */
const failures = Object.values(Status).filter(
  (status): status is keyof typeof Status => typeof status === 'string' && !/^(OK|UNRECOGNIZED)$/.test(status),
);

/** What is told of one method: what took those calls that were answered, and how many failed how. */
class MethodCalls {
  readonly durations = new Histogram(secondsBoundaries);
  readonly failed = new Map<string, number>(failures.map((status) => [status, 0])); // M3: statuses are sixteen
}

/**
 * Calls that a process serves: how long each took, how many failed, and a span where the caller began a trace.
 *
 * All its series are there from the start, at 0: what appears only when it first happens is missed by `increase`, and the
 * number of series would grow with what players meet.
 */
export class ServerCalls {
  /** M3: methods are written in the protos. */
  readonly #methods = new Map<string, MethodCalls>();

  constructor(instruments: Instruments) {
    const durations = {
      name: 'rpc.server.call.duration',
      unit: 's',
      description: 'What calls took that were answered.',
    };
    instruments.series(durations, () =>
      [...this.#methods].map(([method, { durations: histogram }]) => ({
        attributes: { 'rpc.method': method, 'rpc.response.status_code': 'OK' },
        histogram,
      })),
    );
    const failed = { name: 'clew.rpc.failures', unit: '1', description: 'Calls that were served and failed.' };
    instruments.counter(failed, () =>
      [...this.#methods].flatMap(([method, calls]) =>
        [...calls.failed].map(
          ([status, value]): Point => ({
            value,
            attributes: { 'rpc.method': method, 'rpc.response.status_code': status },
          }),
        ),
      ),
    );
  }

  /** "package.Service/Method" will be served. */
  declare(method: string): void {
    if (!this.#methods.has(method)) this.#methods.set(method, new MethodCalls());
  }

  /** Of a method that was declared. */
  begin(method: string, traceparent: TraceParent): ServerCall {
    const startMs = performance.now();
    const calls = this.#methods.get(method);
    if (calls === undefined) throw new Error(`${method} was not declared`);
    const attributes = { 'rpc.system.name': 'grpc', 'rpc.method': method };
    const span = traceparent === '' ? undefined : openSpan(method, { kind: 'SERVER', parent: traceparent, attributes });
    return {
      span,
      end: (status) => {
        const name = Status[status] ?? 'UNKNOWN';
        if (status === Status.OK) calls.durations.record((performance.now() - startMs) / 1_000);
        else calls.failed.set(name, (calls.failed.get(name) ?? 0) + 1);
        span?.set({ 'rpc.response.status_code': name });
        span?.end(status === Status.OK ? undefined : name);
      },
    };
  }

  /** Serves one call; whatever it throws is passed on. */
  async serve<Answer>(
    method: string,
    traceparent: TraceParent,
    work: (span: OpenSpan | undefined) => Promise<Answer>,
  ): Promise<Answer> {
    const call = this.begin(method, traceparent);
    try {
      const answer = await work(call.span);
      call.end(Status.OK);
      return answer;
    } catch (thrown) {
      call.end(thrown instanceof CollectionFull ? Status.RESOURCE_EXHAUSTED : ServiceError.from(thrown).status);
      throw thrown;
    }
  }
}
