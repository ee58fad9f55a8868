import { setTimeout as sleep } from 'node:timers/promises';
import type {
  MatchmakingServiceClient,
  RegisterSimulationRequest,
} from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import { backoffMs } from '@clew/service-kit/backoff';
import type { Log } from '@clew/service-kit/log';

export interface RegistrationOptions {
  readonly matchmaking: MatchmakingServiceClient;
  /** How things stand now. */
  readonly presence: () => RegisterSimulationRequest;
  readonly log: Log;
  readonly intervalMs: number;
  /** A stream on which nothing was heard for this long is given up. */
  readonly silenceMs: number;
}

const RETRY_FIRST_MS = 100;
const RETRY_LONGEST_MS = 2_000;
/** How long matchmaking may take to hear the last word. */
const FAREWELL_MS = 500;

/**
 * This process' presence at matchmaking: one stream, on which it says again and again how it stands; broken, it is opened
 * again. The end of it withdraws the process.
 */
export class Registration {
  readonly #options: RegistrationOptions;
  #complained = false;

  constructor(options: RegistrationOptions) {
    this.#options = options;
  }

  /** Keeps registered until the signal; then says how things stand for a last time, and withdraws. */
  async run(signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt++) {
      if (await this.#hold(signal)) attempt = 0;
      const waitMs = backoffMs(attempt, RETRY_FIRST_MS, RETRY_LONGEST_MS);
      await sleep(waitMs, undefined, { signal }).catch(() => {});
    }
  }

  /** One stream, from its opening to its end; true when it was heard. */
  async #hold(signal: AbortSignal): Promise<boolean> {
    const { matchmaking, log, silenceMs } = this.#options;
    const cut = new AbortController();
    const silence = setTimeout(() => cut.abort(), silenceMs);
    const farewell = () => setTimeout(() => cut.abort(), FAREWELL_MS).unref();
    signal.addEventListener('abort', farewell);
    let heard = false;
    try {
      for await (const _ of matchmaking.registerSimulation(this.#presences(signal), { signal: cut.signal })) {
        heard = true;
        silence.refresh();
        if (this.#complained) log.info('matchmaking is back');
        this.#complained = false;
      }
    } catch (error) {
      if (!this.#complained && !signal.aborted) log.warn({ reason: String(error) }, 'not registered at matchmaking');
      this.#complained = true;
    } finally {
      clearTimeout(silence);
      signal.removeEventListener('abort', farewell);
    }
    return heard;
  }

  async *#presences(signal: AbortSignal): AsyncGenerator<RegisterSimulationRequest> {
    while (!signal.aborted) {
      yield this.#options.presence();
      await sleep(this.#options.intervalMs, undefined, { signal }).catch(() => {});
    }
    yield this.#options.presence();
  }
}
