import type { Attributes, Context, Link, Span, SpanKind, TimeInput } from '@opentelemetry/api';

type Api = typeof import('@opentelemetry/api');

/**
 * Spans: short ones, around one call, one placement, one step of a join. OpenTelemetry's API stands behind these functions, but
 * it is loaded only where traces are exported; until then they cost a comparison.
 *
 * T1 Nothing is in a trace by default. A span is active only while the call under it runs, never around what lives on (a
 *    stream, a timer, a loop): that would hold the span, and put all that comes later into one player's trace.
 * T2 Where a flow goes on later, in a ticket or over the trunk, a `traceparent` goes with it: a string, which holds nothing.
 * T3 No span has an attribute that names a player, session or match (M7).
 */
let api: Api | undefined;
const instrumentation = 'clew';

/** From now on spans are made, until it is called with nothing. */
export function exportSpans(loaded: Api | undefined): void {
  api = loaded;
}

/** The W3C's header, or nothing: what of a trace can be kept and sent. */
export type TraceParent = string;

/** A span that was begun; undefined where nobody exports. */
export interface OpenSpan {
  /** Runs what belongs to it: calls that it makes are its children (T1). */
  within<Result>(run: () => Result): Result;
  /** What goes with the flow to where it goes on (T2). */
  readonly traceparent: TraceParent;
  set(attributes: Attributes): void;
  /** `error` is a kind of error, e.g. a status: "UNAVAILABLE". */
  end(error?: string): void;
}

export interface SpanTerms {
  readonly kind?: keyof typeof SpanKind;
  readonly attributes?: Attributes;
  /** Whose child it is: "" for a trace of its own; the active span where it is not given. */
  readonly parent?: TraceParent;
  /** Flows that led to it. */
  readonly links?: readonly TraceParent[];
  readonly startTime?: TimeInput;
}

export function openSpan(name: string, terms: SpanTerms = {}): OpenSpan | undefined {
  if (api === undefined) return undefined;
  const { kind = 'INTERNAL', attributes = {}, parent, links = [], startTime } = terms;
  const above = parent === undefined ? api.context.active() : contextOf(api, parent);
  const span = api.trace.getTracer(instrumentation).startSpan(
    name,
    {
      kind: api.SpanKind[kind],
      attributes,
      links: links.flatMap((link) => linkTo(api!, link)),
      ...(startTime === undefined ? {} : { startTime }),
    },
    above,
  );
  return opened(api, span, above);
}

/** Runs what belongs to a span, if there is one. */
export function within<Result>(span: OpenSpan | undefined, run: () => Result): Result {
  return span === undefined ? run() : span.within(run);
}

/** Runs it under a span, which ends with it. */
export async function inSpan<Result>(
  name: string,
  terms: SpanTerms,
  run: (span: OpenSpan | undefined) => Promise<Result>,
): Promise<Result> {
  const span = openSpan(name, terms);
  if (span === undefined) return run(undefined);
  try {
    const result = await span.within(() => run(span));
    span.end();
    return result;
  } catch (thrown) {
    span.end(errorType(thrown));
    throw thrown;
  }
}

/** Whether what runs now belongs to a span: only then are calls and commands worth one of their own. */
export function isTraced(): boolean {
  return api !== undefined && api.trace.getActiveSpan() !== undefined;
}

/** Of the active span; "" without one. */
export function activeTraceparent(): TraceParent {
  const span = api?.trace.getActiveSpan();
  return span === undefined ? '' : traceparentOf(span);
}

/** What a log line says of the active span. */
export function traceFields(): Readonly<Record<string, string>> {
  const span = api?.trace.getActiveSpan();
  if (span === undefined) return {};
  const { traceId, spanId } = span.spanContext();
  return { trace_id: traceId, span_id: spanId };
}

/** A header of that name if it is one; else "". */
export function checkedTraceparent(header: unknown): TraceParent {
  return typeof header === 'string' && wellFormed.test(header) ? header : '';
}

const wellFormed = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

function opened(loaded: Api, span: Span, above: Context): OpenSpan {
  const inside = loaded.trace.setSpan(above, span);
  return {
    within: (run) => loaded.context.with(inside, run),
    traceparent: traceparentOf(span),
    set: (attributes) => void span.setAttributes(attributes),
    end: (error) => {
      if (error !== undefined) {
        span.setAttribute('error.type', error);
        span.setStatus({ code: loaded.SpanStatusCode.ERROR });
      }
      span.end();
    },
  };
}

function traceparentOf(span: Span): TraceParent {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

function contextOf(loaded: Api, traceparent: TraceParent): Context {
  if (traceparent === '') return loaded.ROOT_CONTEXT;
  return loaded.propagation.extract(loaded.ROOT_CONTEXT, { traceparent });
}

function linkTo(loaded: Api, traceparent: TraceParent): Link[] {
  const context = loaded.trace.getSpanContext(contextOf(loaded, traceparent));
  return context === undefined ? [] : [{ context }];
}

function errorType(thrown: unknown): string {
  const { status, code, name } = thrown as { status?: unknown; code?: unknown; name?: string };
  return String(status ?? code ?? name ?? 'unknown');
}
