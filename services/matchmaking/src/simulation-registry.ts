import { RegisterSimulationRequest } from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import { LuaScript } from '@clew/service-kit/lua-script';
import type { Redis } from 'ioredis';
import { registryKeys } from './keys.ts';

/**
 * The simulations that are there, for all instances to see: leases that the RegisterSimulation streams renew.
 *
 * S1 A simulation that says nothing for one lease is not there.
 * S2 The newest stream of a simulation holds its registration; the end of an older one withdraws nothing.
 */
export interface RegistryLimits {
  /** A simulation's lease, from its last message. */
  readonly leaseMs: number;
  /** A match's lease: how long after a gap nothing is taken for lost. */
  readonly matchLeaseMs: number;
  /** Most simulations. */
  readonly simulationsMax: number;
}

/** A simulation as it last described itself. */
export interface Simulation extends RegisterSimulationRequest {
  /** Changes with every message: the end of its lease, by Redis' clock. */
  readonly deadlineMs: number;
}

export type RegisterOutcome =
  /** Pass the registration with the next message. */
  | { readonly kind: 'registered'; readonly registration: number }
  /** A newer stream holds it. */
  | { readonly kind: 'replaced' }
  | { readonly kind: 'full' };

export class SimulationRegistry {
  readonly #redis: Redis;
  readonly #limits: RegistryLimits;

  constructor(redis: Redis, limits: RegistryLimits) {
    this.#redis = redis;
    this.#limits = limits;
  }

  /** Writes a presence; `registration` is 0 with the first message of a stream. */
  async register(presence: RegisterSimulationRequest, registration: number): Promise<RegisterOutcome> {
    const kept = { ...presence, openMatches: presence.openMatches.slice(0, openMatchesMax) };
    const bytes = Buffer.from(RegisterSimulationRequest.encode(kept).finish());
    const { leaseMs, simulationsMax } = this.#limits;
    const args = [presence.simulationId, registration, bytes, leaseMs, simulationsMax];
    const reply = Number(await registerSimulation.run(this.#redis, keys, this.#arguments(args)));
    if (reply > 0) return { kind: 'registered', registration: reply };
    return { kind: reply === 0 ? 'replaced' : 'full' };
  }

  /** Ends a registration at once; false when a newer stream holds it (S2). */
  async withdraw(simulationId: string, registration: number): Promise<boolean> {
    return (await withdrawSimulation.run(this.#redis, keys, this.#arguments([simulationId, registration]))) === 1;
  }

  /** Who is there; the sweep's sign of life for the match directory. */
  async list(): Promise<Simulation[]> {
    const args = this.#arguments([this.#limits.matchLeaseMs]);
    const reply = (await listSimulations.runBuffer(this.#redis, [...keys, registryKeys.sweep], args)) as Buffer[];
    const simulations: Simulation[] = [];
    for (let index = 0; index < reply.length; index += 2) {
      const presence = RegisterSimulationRequest.decode(reply[index + 1]!);
      simulations.push({ ...presence, deadlineMs: Number(reply[index]!.toString()) });
    }
    return simulations;
  }

  #arguments(args: readonly (string | number | Buffer)[]) {
    return [registryKeys.simulationPrefix, this.#limits.leaseMs + backstopMs, ...args];
  }
}

const keys = [registryKeys.simulations];
const backstopMs = 300_000;
/** Open matches that are kept of one simulation: enough to drop in to until the next message. */
const openMatchesMax = 64;

const prelude = new URL('scripts/registry.lua', import.meta.url);
const script = (name: string) => new LuaScript(new URL(`scripts/${name}.lua`, import.meta.url), prelude);
const registerSimulation = script('register-simulation');
const withdrawSimulation = script('withdraw-simulation');
const listSimulations = script('list-simulations');
