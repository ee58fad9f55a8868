import type { StreamReport } from '@clew/service-kit/operator-acts';
import type { Telemetry } from '@clew/service-kit/telemetry/telemetry';
import type { PlayerDirectory } from './player-directory.ts';
import type { PlayerStream } from './player-stream.ts';

export interface EdgeMeasures {
  readonly directory: PlayerDirectory<PlayerStream>;
  readonly webConnections: () => number;
}

/** What an edge measures beyond its counters and collections. */
export function measureEdge({ instruments }: Telemetry, { directory, webConnections }: EdgeMeasures): void {
  const streams = (description: string, name: string, counts: (stream: PlayerStream) => boolean) =>
    instruments.gauge({ name, unit: '{stream}', description }, () => {
      let count = 0;
      for (const stream of directory) if (counts(stream)) count += 1;
      return count;
    });
  streams('Open streams of players.', 'clew.edge.streams', () => true);
  streams('Open streams whose player sits in a match.', 'clew.edge.streams_seated', ({ matchId }) => matchId !== '');
  streams('Open streams whose reader is behind.', 'clew.edge.readers_slow', (stream) => stream.readerSlow());
  instruments.gauge(
    { name: 'clew.edge.web_connections', unit: '{connection}', description: 'Open connections of the web door.' },
    webConnections,
  );
}

/** The open streams as operators see them. */
export function* streamReports(directory: PlayerDirectory<PlayerStream>): Generator<StreamReport> {
  const nowMs = performance.now();
  for (const { openedMs, matchId } of directory) {
    yield { ageSeconds: Math.round((nowMs - openedMs) / 1_000), state: matchId === '' ? 'waiting' : 'seated' };
  }
}
