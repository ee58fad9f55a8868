import { type AssignMatchRequest, SessionServiceDefinition } from '@clew/protocol/clew/session/v1/session.ts';
import { createServer } from 'nice-grpc';

/** What matchmaking calls. */
const assignments = {
  ...SessionServiceDefinition,
  methods: { assignMatch: SessionServiceDefinition.methods.assignMatch },
} as const;

/** A peer that keeps sessions' pointers as session does, on a real socket: everybody is there until told otherwise. */
export class FakeSessions implements AsyncDisposable {
  readonly address: string;
  /** Match by player. */
  readonly pointers = new Map<string, string>();
  /** Players whose sessions are over. */
  readonly over = new Set<string>();
  /** Runs before a pointer is written; throw to fail, wait to hang. */
  onAssign: (request: AssignMatchRequest) => unknown = () => undefined;
  /** How often it was asked. */
  asked = 0;
  readonly #server;

  private constructor(server: ReturnType<typeof createServer>, port: number) {
    this.#server = server;
    this.address = `127.0.0.1:${port}`;
  }

  static async open(): Promise<FakeSessions> {
    const server = createServer();
    let self: FakeSessions;
    server.add(assignments, {
      async assignMatch(request) {
        self.asked += 1;
        await self.onAssign(request);
        return { assigned: self.#assign(request) };
      },
    });
    const port = await server.listen('127.0.0.1:0');
    self = new FakeSessions(server, port);
    return self;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.forceShutdown();
  }

  #assign({ playerId, matchId, expectedMatchId }: AssignMatchRequest): boolean {
    if (this.over.has(playerId)) return false;
    const current = this.pointers.get(playerId) ?? '';
    if (expectedMatchId !== '' && current !== expectedMatchId) return false;
    if (matchId === '') this.pointers.delete(playerId);
    else this.pointers.set(playerId, matchId);
    return true;
  }
}
