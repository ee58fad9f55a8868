/** One look at one process, through its operators' listener. */
import type { StreamReport } from '@clew/service-kit/operator-acts';
import { Series } from './series.ts';

export interface Examination {
  readonly opsUrl: string;
  /** "edge-1". */
  readonly name: string;
  readonly service: string;
  readonly versions: { readonly clew: string; readonly node: string };
  readonly ready: boolean;
  readonly series: Series;
  /** Oldest first; undefined where the token was missing or wrong. */
  readonly streams: readonly StreamReport[] | undefined;
}

const answerMs = 5_000;

/** Undefined: nobody answers there, or somebody who is no service of Clew. */
export async function examine(
  opsUrl: string,
  token: string | undefined,
  stop: AbortSignal,
): Promise<Examination | undefined> {
  const ask = (path: string) =>
    fetch(`${opsUrl}${path}`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.any([stop, AbortSignal.timeout(answerMs)]),
    });
  try {
    const [status, ready, metrics, streams] = await Promise.all(
      ['/statusz', '/readyz', '/metrics', '/debug/streams'].map(ask),
    );
    const { name, versions } = (await status!.json()) as Partial<Examination>;
    if (typeof name !== 'string') return undefined;
    // Whose telemetry is off still tells how it is.
    const series = Series.parse(metrics!.ok ? await metrics!.text() : '');
    const service = series.samples('target_info')[0]?.labels.service_name ?? name.replace(/-\d+$/, '');
    return {
      opsUrl,
      name,
      service,
      versions: versions ?? { clew: 'unknown', node: 'unknown' },
      ready: ready!.ok,
      series,
      streams: streams!.ok ? ((await streams!.json()) as StreamReport[]) : undefined,
    };
  } catch {
    return undefined;
  }
}
