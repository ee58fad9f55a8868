import { secondsBoundaries } from '@clew/service-kit/telemetry/histogram';
import { measureRedis } from '@clew/service-kit/telemetry/redis-metrics';
import type { Telemetry } from '@clew/service-kit/telemetry/telemetry';
import type { Redis } from 'ioredis';
import type { Matches } from './matches.ts';
import type { Clock, TickLoop } from './tick-loop.ts';
import type { TrunkService } from './trunk-service.ts';

export interface SimulationMeasures {
  readonly redis: Redis;
  readonly matches: Matches;
  readonly trunks: TrunkService;
  readonly loop: TickLoop;
}

/** What a simulation measures beyond its counters and collections. */
export function measureSimulation(telemetry: Telemetry, measures: SimulationMeasures): void {
  const { redis, matches, trunks, loop } = measures;
  const { instruments } = telemetry;
  measureRedis(telemetry, redis);
  instruments.counter(
    {
      name: 'clew.simulation.ticks_skipped',
      unit: '{tick}',
      description: 'Ticks that were skipped for being too late.',
    },
    () => loop.skipped,
  );
  instruments.gauge(
    { name: 'clew.simulation.seats', unit: '{seat}', description: 'Seats of running matches, by state.' },
    () => Object.entries(matches.seats()).map(([state, value]) => ({ value, attributes: { state } })),
  );
  instruments.gauge(
    { name: 'clew.simulation.trunk_backlog', unit: 'By', description: 'Bytes that edges have not taken yet.' },
    () => trunks.report().reduce((sum, { backlogBytes }) => sum + backlogBytes, 0),
  );
  instruments.gauge(
    {
      name: 'clew.simulation.trunks_unwritable',
      unit: '{trunk}',
      description: 'Trunks whose edge is behind: it gets keyframes only.',
    },
    () => trunks.report().filter(({ writable }) => !writable).length,
  );
}

type Phase = (phase: number, scheduledMs: number) => void;

/** The same phase of the tick, timed: what it took, and how late it began. Two additions a phase. */
export function timedPhase({ instruments, isOn }: Telemetry, clock: Clock, run: Phase): Phase {
  if (!isOn) return run;
  const duration = instruments.histogram(
    {
      name: 'clew.simulation.tick.duration',
      unit: 's',
      description: 'What one phase of the tick took; there are five a tick.',
    },
    secondsBoundaries,
  );
  const lateness = instruments.histogram(
    { name: 'clew.simulation.tick.lateness', unit: 's', description: 'How late a phase of the tick began.' },
    secondsBoundaries,
  );
  return (phase, scheduledMs) => {
    const startMs = clock();
    run(phase, scheduledMs);
    duration.record((clock() - startMs) / 1_000);
    lateness.record(Math.max(0, startMs - scheduledMs) / 1_000);
  };
}
