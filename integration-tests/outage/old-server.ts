/**
 * A small server that keeps sessions as the one of 2024-08-18 did: whoever says goodbye is forgotten; whoever just vanishes is
 * not, and what was allocated for him stays. It speaks the protocol of today, so that the same players play on it; each has
 * a maze of his own, by today's rules.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pass } from 'node:timers/promises';
import { type Event, PlayResponse, PlayServiceDefinition } from '@clew/protocol/clew/play/v1/play.ts';
import { type CallContext, createServer, type Server, ServerError, Status } from 'nice-grpc';
import { MatchHost } from '../../packages/client/src/fakes/match-host.ts';

const TICK_MS = 50;
const SILENCE_MAX_S = 6;
/** One number for each place of the old game's map: less than two megabytes for each session. */
const MAP_PLACES = 224 * 1024;

/** What the old code kept for a player. */
interface OldSession {
  readonly playerId: string;
  readonly match: MatchHost;
  /** Where the player has been. */
  readonly map: number[];
  isSeated: boolean;
}

const event = (kind: NonNullable<Event['kind']>) => PlayResponse.fromPartial({ event: { kind } });

export class OldServer {
  readonly #sessions = new Map<string, OldSession>();
  readonly #server: Server = createServer();
  #address = '';
  #connected = 0;

  /** Sessions it keeps. */
  get sessions(): number {
    return this.#sessions.size;
  }

  /** Players who are really there. */
  get connected(): number {
    return this.#connected;
  }

  async listen(port: number): Promise<void> {
    this.#server.add(PlayServiceDefinition, {
      signIn: async () => ({ ...this.#signIn(), resumed: false }),
      resume: async (_request, context) => this.#answer(tokenOf(context), this.#of(context)),
      leave: async (_request, context) => {
        this.#sessions.delete(tokenOf(context));
        return {};
      },
      findMatch: async (_request, context) => {
        this.#of(context).isSeated = true;
        return { ticketId: 't-1', matchId: '' };
      },
      cancelMatch: async () => ({}),
      play: (requests, context) => this.#play(requests, context),
      watch: () => unimplemented(),
      steer: async () => unimplemented(),
    });
    this.#address = `127.0.0.1:${await this.#server.listen(`127.0.0.1:${port}`)}`;
  }

  #signIn() {
    const token = `s0.${randomUUID()}.old`;
    const session: OldSession = {
      playerId: randomUUID().replaceAll('-', ''),
      match: new MatchHost({ seed: this.#sessions.size, rules: { levels: 1, baseSize: 12, startingTicks: 5 } }),
      map: Array.from({ length: MAP_PLACES }, (_, place) => place),
      isSeated: false,
    };
    this.#sessions.set(token, session);
    return this.#answer(token, session);
  }

  #answer(token: string, { playerId }: OldSession) {
    const edges = [{ webUrl: '', grpcAddress: this.#address }];
    return { playerId, token, lease: { seconds: 3_600, nanos: 0 }, edges };
  }

  #of(context: CallContext): OldSession {
    const session = this.#sessions.get(tokenOf(context));
    if (session === undefined) throw new ServerError(Status.UNAUTHENTICATED, 'no such session');
    return session;
  }

  async *#play(requests: AsyncIterable<{ inputs: never[] }> | AsyncIterable<unknown>, context: CallContext) {
    const session = this.#of(context);
    const edge = { webUrl: '', grpcAddress: this.#address };
    yield event({ $case: 'welcome', value: { edge, tickRate: 20, silenceMax: { seconds: SILENCE_MAX_S, nanos: 0 } } });
    yield event({ $case: 'idle', value: {} });
    this.#connected += 1;
    void hear(session, requests).catch(() => undefined);
    try {
      let wasSeated = false;
      for (let tick = 0; !context.signal.aborted; tick += 1) {
        if (!session.isSeated) {
          if (tick % 20 === 0) yield event({ $case: 'heartbeat', value: {} });
        } else if (!wasSeated) {
          wasSeated = true;
          yield event({ $case: 'seated', value: { matchId: session.playerId, seat: session.match.seat } });
          session.match.tick(performance.now());
          yield session.match.keyframe();
        } else {
          yield session.match.tick(performance.now());
        }
        await pass(TICK_MS, undefined, { signal: context.signal });
      }
    } finally {
      this.#connected -= 1;
      // The outage: here the session should have ended, or begun to run out. It was forgotten to forget it.
    }
  }
}

async function hear({ match, map }: OldSession, requests: AsyncIterable<unknown>): Promise<void> {
  for await (const request of requests) {
    const { inputs } = request as { inputs: Parameters<MatchHost['receive']>[0] };
    match.receive(inputs, performance.now());
    map[match.world.tick % MAP_PLACES] = match.avatar.seat;
  }
}

function tokenOf({ metadata }: CallContext): string {
  return (metadata.get('authorization') ?? '').replace('Bearer ', '');
}

function unimplemented(): never {
  throw new ServerError(Status.UNIMPLEMENTED, 'the old server has one door');
}
