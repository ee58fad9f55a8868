import type { TestContext } from 'node:test';
import { SimulationServiceDefinition } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import { parseConfig, serviceFields } from '@clew/service-kit/config';
import { callChannel, controlClients } from '@clew/service-kit/control-client';
import { createLog } from '@clew/service-kit/log';
import { type SimulationConfig, simulationFields } from '../config.ts';
import { startSimulation } from '../simulation.ts';
import { FakeEdge } from './fake-edge.ts';
import { FakeMatchmaking, FakeSessions } from './fake-peers.ts';

export const log = createLog({ name: 'test', level: 'silent', format: 'json' });

/** A whole simulation among fake peers. Redis is away unless a test has one. */
export async function running(context: TestContext, env: Record<string, string> = {}) {
  const sessions = await new FakeSessions().open();
  const matchmaking = await new FakeMatchmaking().open();
  const config: SimulationConfig = parseConfig(
    { ...serviceFields, ...simulationFields },
    {
      CLEW_REDIS_URL: 'redis://127.0.0.1:1',
      CLEW_SESSION_ADDRESSES: sessions.address,
      CLEW_MATCHMAKING_ADDRESSES: matchmaking.address,
      CLEW_REGISTER_MS: '20',
      CLEW_RULES_BASE_SIZE: '4',
      ...env,
    },
  );
  const simulation = await startSimulation(config, log);
  let disposed: Promise<void> | undefined;
  const stop = () => {
    disposed ??= Promise.resolve(simulation[Symbol.asyncDispose]());
    return disposed;
  };
  const channel = callChannel([`127.0.0.1:${simulation.grpcPort}`]);
  const control = controlClients.create(SimulationServiceDefinition, channel);
  const edges: FakeEdge[] = [];
  const edge = (edgeId: string) => {
    const opened = new FakeEdge(simulation.trunkPort, edgeId);
    edges.push(opened);
    return opened;
  };
  context.after(async () => {
    await stop();
    for (const opened of edges) opened.close();
    channel.close();
    sessions.close();
    matchmaking.close();
  });
  const statusz = async () => (await fetch(`http://127.0.0.1:${simulation.opsPort}/statusz`)).json();
  return { simulation, sessions, matchmaking, control, edge, statusz, stop };
}
