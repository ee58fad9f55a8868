import {
  MatchmakingServiceDefinition,
  type MatchmakingServiceImplementation,
  type RegisterSimulationRequest,
} from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import {
  type Session,
  Session_State,
  type SessionEvent,
  SessionServiceDefinition,
  type SessionServiceImplementation,
} from '@clew/protocol/clew/session/v1/session.ts';
import { createServer, type Server, ServerError, Status } from 'nice-grpc';

/** Those methods that a simulation calls. */
const { batchGetSessions, watchSessions } = SessionServiceDefinition.methods;
const asked = { ...SessionServiceDefinition, methods: { batchGetSessions, watchSessions } } as const;
const { registerSimulation } = MatchmakingServiceDefinition.methods;
const told = { ...MatchmakingServiceDefinition, methods: { registerSimulation } } as const;

/** Waits for something that is noted elsewhere. */
class Notice {
  readonly #waiting = new Set<() => void>();

  give(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }
}

/** Session, as far as a simulation asks it, on a real socket. */
export class FakeSessions implements AsyncDisposable {
  /** Which match each live session points to. */
  readonly pointers = new Map<string, string>();
  /** The players of each question. */
  readonly asked: string[][] = [];
  /** The cursor of each watch that was opened. */
  readonly cursors: string[] = [];
  readonly notice = new Notice();
  /** Fails while it is set. */
  away = false;
  /** Watches are taken and never answered while it is set. */
  mute = false;
  /** Answers when it is resolved. */
  gate: Promise<void> = Promise.resolve();
  port = 0;
  #server: Server | undefined;
  #events: SessionEvent[] = [];
  #sent = 0;
  #breaks = 0;

  async open(): Promise<this> {
    const server = createServer();
    server.add(asked, this.#implementation());
    this.port = await server.listen(`127.0.0.1:${this.port}`);
    this.#server = server;
    return this;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Tells all watches. */
  tell(...events: SessionEvent[]): void {
    this.#events.push(...events);
    this.notice.give();
  }

  /** Ends all watches. */
  breakWatches(): void {
    this.#breaks++;
    this.notice.give();
  }

  close(): void {
    this.#server?.forceShutdown();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  #implementation(): Pick<SessionServiceImplementation, 'batchGetSessions' | 'watchSessions'> {
    const self = this;
    return {
      async batchGetSessions({ playerIds }) {
        self.asked.push(playerIds);
        self.notice.give();
        await self.gate;
        if (self.away) throw new ServerError(Status.INTERNAL, 'away');
        return { sessions: playerIds.filter((id) => self.pointers.has(id)).map((id) => self.#session(id)) };
      },
      async *watchSessions({ cursor }, { signal }) {
        self.cursors.push(cursor);
        const breaks = self.#breaks;
        self.notice.give();
        if (self.mute) await new Promise((resolve) => signal.addEventListener('abort', resolve));
        if (cursor !== '') self.#sent = Number(cursor);
        yield { events: [], cursor: String(self.#sent) };
        self.notice.give();
        while (!signal.aborted) {
          await self.notice.until(() => self.#events.length > self.#sent || self.#breaks > breaks || signal.aborted);
          if (self.#breaks > breaks) return;
          const events = self.#events.slice(self.#sent);
          self.#sent = self.#events.length;
          yield { events, cursor: String(self.#sent) };
        }
      },
    };
  }

  #session(playerId: string): Session {
    return {
      playerId,
      epoch: 1,
      displayName: 'x',
      state: Session_State.STATE_DETACHED,
      edgeId: 'edge-1',
      matchId: this.pointers.get(playerId) ?? '',
      createTime: undefined,
      expireTime: undefined,
    };
  }
}

/** Matchmaking's registry, on a real socket. */
export class FakeMatchmaking implements AsyncDisposable {
  /** All that simulations said, stream by stream. */
  readonly streams: RegisterSimulationRequest[][] = [];
  /** Streams that are over. */
  withdrawn = 0;
  /** Hears and says nothing while it is set. */
  mute = false;
  /** Does not hear that a stream is over while it is set. */
  deaf = false;
  readonly notice = new Notice();
  port = 0;
  #server: Server | undefined;

  async open(): Promise<this> {
    const server = createServer();
    const self = this;
    const implementation: Pick<MatchmakingServiceImplementation, 'registerSimulation'> = {
      async *registerSimulation(requests, { signal }) {
        const heard: RegisterSimulationRequest[] = [];
        self.streams.push(heard);
        try {
          for await (const request of requests) {
            heard.push(request);
            self.notice.give();
            if (!self.mute) yield {};
          }
          if (self.deaf) await new Promise((resolve) => signal.addEventListener('abort', resolve));
        } finally {
          self.withdrawn++; // by a last word, or cut when that took too long
          self.notice.give();
        }
      },
    };
    server.add(told, implementation);
    this.port = await server.listen(`127.0.0.1:${this.port}`);
    this.#server = server;
    return this;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** The last that was said. */
  get last(): RegisterSimulationRequest | undefined {
    return this.streams.at(-1)?.at(-1);
  }

  close(): void {
    this.#server?.forceShutdown();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}
