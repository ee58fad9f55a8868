import { createHash, randomBytes } from 'node:crypto';
import {
  RenewOutcome as Outcome,
  type RenewOutcome,
  type Session,
  Session_State,
  type SessionEvent,
  SessionEvent_Kind,
  type SessionRecord,
  SessionServiceDefinition,
  type SessionServiceImplementation,
} from '@clew/protocol/clew/session/v1/session.ts';
import { ControlServer } from '@clew/service-kit/control-server';
import { createLog } from '@clew/service-kit/log';
import { ServiceError } from '@clew/service-kit/service-error';
import { Status } from 'nice-grpc-common';

interface Kept {
  session: Session;
  tokenHash: Buffer;
}

const lease = { seconds: 30, nanos: 0 };

/** A peer that keeps sessions as the session service does, in memory, on a real socket. */
export class FakeSession implements AsyncDisposable {
  readonly kept = new Map<string, Kept>();
  /** What renewals are answered, by player, where it is not simply "renewed". */
  readonly outcomes = new Map<string, RenewOutcome>();
  /** Why those were kicked whose outcome says so. */
  readonly kickReasons = new Map<string, string>();
  readonly detached: { playerId: string; epoch: number }[] = [];
  readonly cleared: string[] = [];
  readonly reinstated: SessionRecord[] = [];
  /** What those are answered who write their records again. */
  reinstatedAs: RenewOutcome = Outcome.RENEW_OUTCOME_RENEWED;
  readonly renewed: string[][] = [];
  readonly calls: string[] = [];
  /** Cursors that watchers came with. */
  readonly cursors: string[] = [];
  /** Who watches now. */
  watching = 0;
  /** Runs before each call; throw to refuse, wait to hang. */
  onCall: (method: string) => unknown = () => undefined;
  /** What an attachment is answered; for answers that overtake each other. */
  attachedAs: (session: Session) => Session = (session) => session;
  #epoch = 0;
  #server: ControlServer | undefined;
  #port = 0;
  #events: SessionEvent[] = [];
  #heard = Promise.withResolvers<void>();
  #cutWatchers = new AbortController();

  static async open(): Promise<FakeSession> {
    const self = new FakeSession();
    await self.start();
    return self;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    const log = createLog({ name: 'fake-session', level: 'silent', format: 'json' });
    this.#server = new ControlServer({ log, serviceNames: [SessionServiceDefinition.fullName] });
    this.#server.add(SessionServiceDefinition, this.#implementation());
    this.#port = await this.#server.listen('127.0.0.1', this.#port);
  }

  /** It is away: connections end, new ones are refused. */
  async stop(): Promise<void> {
    this.endWatches();
    await this.#server?.stop(0);
    this.#server = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Something happened to a session elsewhere. */
  tell(playerId: string, kind: SessionEvent['kind'], epoch: number, reason = ''): void {
    this.#events.push({ playerId, epoch, kind, matchId: '', reason });
    this.#heard.resolve();
    this.#heard = Promise.withResolvers();
  }

  /** All streams of WatchSessions end. */
  endWatches(): void {
    this.#cutWatchers.abort();
    this.#cutWatchers = new AbortController();
  }

  /** As if another edge had taken the session. */
  takeOver(playerId: string): number {
    const kept = this.kept.get(playerId)!;
    this.#epoch += 1;
    kept.session = { ...kept.session, epoch: this.#epoch, edgeId: 'another' };
    return this.#epoch;
  }

  #implementation(): SessionServiceImplementation {
    const answering =
      <Request, Response>(method: string, answer: (request: Request) => Response) =>
      async (request: Request) => {
        this.calls.push(method);
        await this.onCall(method);
        return answer(request);
      };
    const self = this;
    return {
      createSession: answering('createSession', ({ playerId, displayName, takeOver, edgeId }) => {
        const old = this.kept.get(playerId);
        if (old?.session.state === Session_State.STATE_ATTACHED && !takeOver) {
          throw new ServiceError(Status.FAILED_PRECONDITION, 'SESSION_ACTIVE', 'another stream is open');
        }
        const token = this.#grant(playerId, {
          displayName,
          edgeId,
          state: Session_State.STATE_DETACHED,
          matchId: old?.session.matchId ?? '',
        });
        return { session: this.kept.get(playerId)!.session, token, resumed: old !== undefined, lease };
      }),
      resumeSession: answering('resumeSession', ({ token }) => {
        const { session } = this.#prove(token);
        const rotated = this.#grant(session.playerId, { state: Session_State.STATE_DETACHED });
        return { session: this.kept.get(session.playerId)!.session, token: rotated, lease };
      }),
      attachSession: answering('attachSession', ({ token, edgeId }) => {
        const kept = this.#prove(token);
        this.#epoch += 1;
        kept.session = { ...kept.session, epoch: this.#epoch, edgeId, state: Session_State.STATE_ATTACHED };
        return { session: this.attachedAs(kept.session), lease };
      }),
      authenticateSession: answering('authenticateSession', ({ token }) => ({ session: this.#prove(token).session })),
      renewSessions: answering('renewSessions', ({ sessions }) => {
        this.renewed.push(sessions.map(({ playerId }) => playerId));
        const reasons = sessions.map(({ playerId }, index) => [index, this.kickReasons.get(playerId)] as const);
        return {
          outcomes: sessions.map(({ playerId }) => this.#outcome(playerId)),
          kickReasons: Object.fromEntries(reasons.filter(([, reason]) => reason !== undefined)),
        };
      }),
      reinstateSessions: answering('reinstateSessions', ({ records }) => {
        this.reinstated.push(...records);
        for (const { session, tokenHash } of records) {
          this.kept.set(session!.playerId, { session: session!, tokenHash: Buffer.from(tokenHash) });
        }
        return { outcomes: records.map(() => this.reinstatedAs) };
      }),
      detachSession: answering('detachSession', ({ session: ref }) => {
        this.detached.push(ref!);
        const kept = this.kept.get(ref!.playerId);
        const detached = kept?.session.epoch === ref!.epoch;
        if (detached) kept.session = { ...kept.session, state: Session_State.STATE_DETACHED };
        return { detached };
      }),
      endSession: answering('endSession', ({ session: ref }) => {
        const ended = this.kept.delete(ref!.playerId);
        this.tell(ref!.playerId, SessionEvent_Kind.KIND_ENDED, ref!.epoch);
        return { ended };
      }),
      kickSession: answering('kickSession', ({ playerId, reason }) => {
        const { epoch } = this.kept.get(playerId)!.session;
        const kicked = this.kept.delete(playerId);
        this.tell(playerId, SessionEvent_Kind.KIND_KICKED, epoch + 1, reason);
        return { kicked };
      }),
      assignMatch: answering('assignMatch', ({ playerId, matchId, expectedMatchId }) => {
        const kept = this.kept.get(playerId);
        const assigned = kept !== undefined && (expectedMatchId === '' || kept.session.matchId === expectedMatchId);
        if (assigned) kept.session = { ...kept.session, matchId };
        if (matchId === '') this.cleared.push(expectedMatchId);
        return { assigned };
      }),
      batchGetSessions: answering('batchGetSessions', ({ playerIds }) => ({
        sessions: playerIds.flatMap((playerId) => this.kept.get(playerId)?.session ?? []),
      })),
      getSession: answering('getSession', ({ playerId }) => ({ session: this.kept.get(playerId)?.session })),
      listSessions: answering('listSessions', () => ({
        sessions: [...this.kept.values()].map(({ session }) => session),
      })),
      async *watchSessions({ cursor }, { signal }) {
        self.cursors.push(cursor);
        using leaving = new DisposableStack();
        self.watching += 1;
        leaving.defer(() => {
          self.watching -= 1;
        });
        await self.onCall('watchSessions');
        let next = cursor === '' ? self.#events.length : Number(cursor);
        const cut = AbortSignal.any([signal, self.#cutWatchers.signal]);
        const gone = new Promise<void>((resolve) => cut.addEventListener('abort', () => resolve()));
        while (!cut.aborted) {
          if (next < self.#events.length) {
            const events = self.#events.slice(next);
            next = self.#events.length;
            yield { events, cursor: String(next) };
          }
          await Promise.race([self.#heard.promise, gone]);
        }
      },
    };
  }

  #outcome(playerId: string): RenewOutcome {
    const told = this.outcomes.get(playerId);
    if (told !== undefined) return told;
    return this.kept.has(playerId) ? Outcome.RENEW_OUTCOME_RENEWED : Outcome.RENEW_OUTCOME_MISSING;
  }

  #grant(playerId: string, fields: Partial<Session>): string {
    const random = randomBytes(32);
    this.#epoch += 1;
    const old = this.kept.get(playerId)?.session;
    const session: Session = {
      playerId,
      displayName: '',
      edgeId: '',
      matchId: '',
      state: Session_State.STATE_DETACHED,
      createTime: new Date(),
      expireTime: new Date(Date.now() + 30_000),
      ...old,
      ...fields,
      epoch: this.#epoch,
    };
    this.kept.set(playerId, { session, tokenHash: createHash('sha256').update(random).digest() });
    return `s${Number.parseInt(playerId.slice(0, 2), 16) & 63}.${playerId}.${random.toString('base64url')}`;
  }

  #prove(token: string): Kept {
    const [, playerId = '', random = ''] = token.split('.');
    const kept = this.kept.get(playerId);
    const hash = createHash('sha256').update(Buffer.from(random, 'base64url')).digest();
    if (kept === undefined || !kept.tokenHash.equals(hash)) {
      throw new ServiceError(Status.UNAUTHENTICATED, 'TOKEN_UNKNOWN', 'no session has this token');
    }
    return kept;
  }
}
