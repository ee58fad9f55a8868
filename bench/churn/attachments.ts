import { Session_State, SessionServiceDefinition } from '@clew/protocol/clew/session/v1/session.ts';
import { callChannel, controlClients } from '@clew/service-kit/control-client';

const PLAYERS_MAX = 1_000;

/** Whose stream is open, as the session service knows it: an edge that drops a stream says so at once. */
export class Attachments implements Disposable {
  readonly #channel;
  readonly #sessions;

  constructor(sessionAddress: string) {
    this.#channel = callChannel([sessionAddress]);
    this.#sessions = controlClients.create(SessionServiceDefinition, this.#channel);
  }

  /** How many of these players are attached. */
  async count(playerIds: readonly string[]): Promise<number> {
    let attached = 0;
    for (let start = 0; start < playerIds.length; start += PLAYERS_MAX) {
      const page = playerIds.slice(start, start + PLAYERS_MAX);
      const { sessions } = await this.#sessions.batchGetSessions({ playerIds: page });
      attached += sessions.filter(({ state }) => state === Session_State.STATE_ATTACHED).length;
    }
    return attached;
  }

  [Symbol.dispose](): void {
    this.#channel.close();
  }
}
