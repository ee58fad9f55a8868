import { measureRedis } from '@clew/service-kit/telemetry/redis-metrics';
import type { Telemetry } from '@clew/service-kit/telemetry/telemetry';
import type { Redis } from 'ioredis';
import type { DirectorView } from './director.ts';

export interface MatchmakingMeasures {
  readonly redis: Redis;
  /** What the last turn saw. */
  readonly view: () => DirectorView;
}

/** What a matchmaking instance measures beyond its counters and collections. */
export function measureMatchmaking(telemetry: Telemetry, { redis, view }: MatchmakingMeasures): void {
  const { instruments } = telemetry;
  measureRedis(telemetry, redis);
  const gauge = (name: string, unit: string, description: string, read: (view: DirectorView) => number) =>
    instruments.gauge({ name: `clew.matchmaking.${name}`, unit, description }, () => read(view()));
  gauge('queue.players', '{player}', 'Players at the head of the queue.', (seen) => seen.waitingPlayers);
  gauge('queue.tickets', '{ticket}', 'Tickets at the head of the queue.', (seen) => seen.waitingTickets);
  gauge('queue.longest_wait', 's', 'How long the oldest of them waits.', (seen) => seen.longestWaitMs / 1_000);
  gauge('simulations', '{process}', 'Simulations in the registry.', (seen) => seen.simulations);
  gauge('open_matches', '{match}', 'Running matches that take players.', (seen) => seen.openMatches);
}
