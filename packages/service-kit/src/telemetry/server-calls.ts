import { Status } from 'nice-grpc-common';
import { CollectionFull } from '../collections.ts';
import { ServiceError } from '../service-error.ts';
import { secondsBoundaries } from './histogram.ts';
import type { HistogramFamily, Instruments } from './instruments.ts';
import { type OpenSpan, openSpan, type TraceParent } from './tracing.ts';

/** Methods are written in the protos, statuses are seventeen. */
const seriesMax = 200;

/** A call that is being served. */
export interface ServerCall {
  /** What its work belongs to; undefined where nobody exports, or the caller began no trace. */
  readonly span: OpenSpan | undefined;
  end(status: Status): void;
}

/** Calls that a process serves: how long each took and how it ended, and a span where the caller began a trace. */
export class ServerCalls {
  readonly #durations: HistogramFamily;

  constructor(instruments: Instruments) {
    this.#durations = instruments.histograms(
      {
        name: 'rpc.server.call.duration',
        unit: 's',
        description: 'What calls took that were served, by how they ended.',
      },
      secondsBoundaries,
      seriesMax,
    );
  }

  /** `method` is "package.Service/Method". */
  begin(method: string, traceparent: TraceParent): ServerCall {
    const startMs = performance.now();
    const attributes = { 'rpc.system.name': 'grpc', 'rpc.method': method };
    const span = traceparent === '' ? undefined : openSpan(method, { kind: 'SERVER', parent: traceparent, attributes });
    return {
      span,
      end: (status) => {
        const name = Status[status] ?? 'UNKNOWN';
        const series = { 'rpc.method': method, 'rpc.response.status_code': name };
        this.#durations.of(series).record((performance.now() - startMs) / 1_000);
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
