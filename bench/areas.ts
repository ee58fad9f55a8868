import type { Area } from './area.ts';
import { browser } from './areas/browser.ts';
import { churn } from './areas/churn.ts';
import { play } from './areas/play.ts';
import { sessions } from './areas/sessions.ts';
import { simulation } from './areas/simulation.ts';
import { telemetry } from './areas/telemetry.ts';

/** All areas, in the order of `--help`. */
export const areas: readonly Area[] = [browser, churn, play, sessions, simulation, telemetry];
