import type {
  RegisterSimulationRequest,
  RegisterSimulationResponse,
} from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import { CollectionFull } from '@clew/service-kit/collections';
import type { Counters } from '@clew/service-kit/counters';
import { exhausted, invalidField, ServiceError } from '@clew/service-kit/service-error';
import { Status } from 'nice-grpc-common';
import { checkPresence } from './request-rules.ts';
import type { RegisterOutcome, SimulationRegistry } from './simulation-registry.ts';

/**
 * One simulation's stream: each message is written into the registry and answered. It ends in one of these ways:
 *
 * - the simulation ends it, or its connection breaks: withdrawn at once;
 * - this process stops: not withdrawn, the lease bridges the way to another instance;
 * - a newer stream of the same simulation came, or nothing was heard for long: ended from here.
 *
 * Redis away does not end it: the next message is written when it is back, and that reinstates what was lost.
 */
export interface RegistrationOptions {
  readonly registry: SimulationRegistry;
  readonly counters: Counters<'matchmaking.presences_unwritten'>;
  /** Streams that are open: entries are their calls' signals. */
  readonly open: Set<AbortSignal>;
  /** Aborts when the process stops. */
  readonly closing: AbortSignal;
  /** A stream that said nothing for this long is ended. */
  readonly silenceMs: number;
}

export async function* registration(
  requests: AsyncIterable<RegisterSimulationRequest>,
  call: AbortSignal,
  { registry, counters, open, closing, silenceMs }: RegistrationOptions,
): AsyncGenerator<RegisterSimulationResponse> {
  const messages = requests[Symbol.asyncIterator]();
  let presence: RegisterSimulationRequest | undefined;
  let registered = 0;
  try {
    admit(open, call);
    while (true) {
      const heard = await hear(messages, silenceMs, closing);
      if (heard.kind === 'ended' || heard.kind === 'closing') return;
      if (heard.kind === 'silent') throw new ServiceError(Status.ABORTED, 'SIMULATION_SILENT', 'nothing was heard');
      presence = merge(presence, heard.message);
      checkPresence(presence);

      const outcome = await write(presence, registered);
      if (outcome.kind === 'replaced') {
        throw new ServiceError(Status.ABORTED, 'SIMULATION_REPLACED', 'a newer stream registered this simulation');
      }
      if (outcome.kind === 'full') throw exhausted('SIMULATIONS_FULL', 'there are too many simulations', 5_000);
      registered = outcome.registration;
      yield {};
    }
  } finally {
    open.delete(call);
    if (presence !== undefined && registered !== 0 && !closing.aborted) {
      await registry.withdraw(presence.simulationId, registered).catch(() => {}); // or its lease runs out
    }
  }

  async function write(message: RegisterSimulationRequest, known: number): Promise<RegisterOutcome> {
    try {
      return await registry.register(message, known);
    } catch (error) {
      if (!(error instanceof ServiceError && error.status === Status.UNAVAILABLE)) throw error;
      counters.add('matchmaking.presences_unwritten');
      return { kind: 'registered', registration: known };
    }
  }
}

function admit(open: Set<AbortSignal>, call: AbortSignal): void {
  try {
    open.add(call);
  } catch (error) {
    if (!(error instanceof CollectionFull)) throw error;
    throw exhausted('REGISTRATIONS_FULL', 'too many simulations are registered here', 1_000);
  }
}

/** Who and where is said once; the rest with every message. */
function merge(
  known: RegisterSimulationRequest | undefined,
  message: RegisterSimulationRequest,
): RegisterSimulationRequest {
  if (known === undefined) return message;
  if (message.simulationId !== '' && message.simulationId !== known.simulationId) {
    throw invalidField('simulation_id', 'must stay the same on a stream');
  }
  return {
    ...message,
    simulationId: known.simulationId,
    controlAddress: message.controlAddress || known.controlAddress,
    trunkAddress: message.trunkAddress || known.trunkAddress,
    matchesMax: message.matchesMax || known.matchesMax,
  };
}

type Heard =
  | { readonly kind: 'message'; readonly message: RegisterSimulationRequest }
  | { readonly kind: 'ended' }
  | { readonly kind: 'silent' }
  | { readonly kind: 'closing' };

/** The next message, or why there is none. Leaves neither timer nor listener behind. */
function hear(
  messages: AsyncIterator<RegisterSimulationRequest>,
  silenceMs: number,
  closing: AbortSignal,
): Promise<Heard> {
  return new Promise((resolve) => {
    const settle = (heard: Heard) => {
      clearTimeout(silence);
      closing.removeEventListener('abort', onClosing);
      resolve(heard);
    };
    const onClosing = () => settle({ kind: 'closing' });
    const silence = setTimeout(() => settle({ kind: 'silent' }), silenceMs);
    closing.addEventListener('abort', onClosing);
    if (closing.aborted) return onClosing();
    messages.next().then(
      (result) => settle(result.done ? { kind: 'ended' } : { kind: 'message', message: result.value }),
      () => settle({ kind: 'ended' }), // the connection broke
    );
  });
}
