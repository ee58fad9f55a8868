/** All dashboards. */
import type { BoardDescription } from './board.ts';
import { matchmaking } from './boards/matchmaking.ts';
import { overview } from './boards/overview.ts';
import { redis } from './boards/redis.ts';
import { sessions } from './boards/sessions.ts';
import { simulation } from './boards/simulation.ts';

export const boards: readonly BoardDescription[] = [overview, sessions, matchmaking, simulation, redis];
