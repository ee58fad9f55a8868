import { run } from '@clew/service-kit/run';
import { type SimulationConfig, simulationFields } from './config.ts';
import { startSimulation } from './simulation.ts';

await run<SimulationConfig>(process, { name: 'simulation', fields: simulationFields, start: startSimulation });
