import { DEFAULT_STOP_MS, run } from '@clew/service-kit/run';
import { type SimulationConfig, simulationFields } from './config.ts';
import { startSimulation } from './simulation.ts';

await run<SimulationConfig>(process, {
  name: 'simulation',
  fields: simulationFields,
  start: startSimulation,
  stopMs: ({ DRAIN_MS: drainMs }) => DEFAULT_STOP_MS + drainMs,
});
