/**
 * The ways in which a player's session ends. Each is a life from sign-in to its end, by its own hand; or, where somebody
 * else ends it (a signal, a network that is gone), up to where it is held and waits for that.
 *
 * W1 A life closes nothing but what its way is about: its players belong to whoever carries it out, and go with it (life.ts).
 */
import { LeaveRequest, ResumeRequest, SteerRequest } from '@clew/protocol/clew/play/v1/play.ts';
import type { Life } from './life.ts';
import { type Phase, RawPlayer } from './player.ts';
import { type Method, type OpenStream, Refused } from './wire/line.ts';

export interface OwnHand {
  readonly kind: 'own hand';
  readonly name: string;
  /** Sessions in a round of 100. */
  readonly share: number;
  live(life: Life): Promise<void>;
}

export interface Held {
  readonly kind: 'held';
  readonly name: string;
  readonly share: number;
  /** Who ends it. */
  readonly by: 'SIGKILL' | 'SIGSTOP' | 'stalling' | 'unplugging';
  hold(life: Life): Promise<OpenStream>;
}

export type Way = OwnHand | Held;

const UNAUTHENTICATED = 16;
const ABORTED = 10;
const STREAMS = 100;

/** Most wait in the lobby, some in the queue, some play: a match costs more than a session, and has its own leaks. */
export function phaseOf(index: number): Phase {
  if (index % 16 === 0) return 'seated';
  return index % 16 === 1 ? 'queued' : 'lobby';
}

/** Comes as far as its phase, then ends like this. */
const ending =
  (end: (player: RawPlayer, stream: OpenStream) => void | Promise<void>): OwnHand['live'] =>
  async (life) => {
    const one = life.player();
    await end(one, await one.come(phaseOf(life.index)));
  };

const hold: Held['hold'] = (life) => life.player().come(phaseOf(life.index));

const leave = LeaveRequest.encode({}).finish();
const resume = ResumeRequest.encode({ requestId: '' }).finish();
const steer = SteerRequest.encode({ inputs: [] }).finish();

/** What is broken off in the middle, with the message to break. */
const broken: readonly (readonly [Method, () => Uint8Array])[] = [
  ['signIn', RawPlayer.signInRequest],
  ['resume', () => resume],
  ['watch', () => new Uint8Array()],
  ['play', () => steer],
  ['findMatch', RawPlayer.findMatchRequest],
  ['cancelMatch', () => new Uint8Array()],
  ['steer', () => steer],
  ['leave', () => leave],
];
/** These are asked for while the stream is open. */
const besideStream: ReadonlySet<Method> = new Set(['findMatch', 'cancelMatch', 'steer', 'leave']);

export const ways: readonly Way[] = [
  {
    kind: 'own hand',
    name: 'a clean leave',
    share: 16,
    live: ending(async (one, stream) => {
      await one.line.call('leave', leave, one.token);
      await stream.ended;
    }),
  },
  { kind: 'own hand', name: 'the stream cancelled', share: 16, live: ending((_, stream) => stream.cancel()) },
  { kind: 'own hand', name: 'a TCP reset', share: 16, live: ending((one) => one.line.reset()) },
  { kind: 'own hand', name: 'the socket closed half-way', share: 8, live: ending((one) => one.line.halfClose()) },
  { kind: 'held', name: 'SIGKILL of the client process', share: 2, by: 'SIGKILL', hold },
  { kind: 'held', name: 'SIGSTOP of the client process', share: 1, by: 'SIGSTOP', hold },
  {
    kind: 'held',
    name: 'a reader that stops reading and goes on answering pings',
    share: 1,
    by: 'stalling',
    hold: (life) => life.player({ small: true }).come('seated'),
  },
  { kind: 'held', name: 'half-open: packets dropped both ways', share: 1, by: 'unplugging', hold },
  {
    kind: 'own hand',
    name: 'a wrong token on resume',
    share: 8,
    live: async (life) => {
      const one = life.player();
      await one.signIn();
      const wrong = one.token.slice(0, -8) + (one.token.endsWith('AAAAAAAA') ? 'BBBBBBBB' : 'AAAAAAAA');
      await refused(one.line.call('resume', resume, wrong), UNAUTHENTICATED);
      await refused(one.line.open(wrong), UNAUTHENTICATED);
    },
  },
  {
    kind: 'own hand',
    name: 'a resume on another edge while the first still believes',
    share: 5,
    live: async (life) => {
      const one = life.player();
      const stream = await one.come(phaseOf(life.index));
      const other = life.player({ edge: life.edges[1]! });
      await other.resume(one.token);
      await other.line.open(other.token);
      const end = await stream.ended;
      if (end?.code !== ABORTED) throw new Error(`the older stream ended with ${end?.code ?? 'OK'}`);
    },
  },
  {
    kind: 'own hand',
    name: 'a sign-in that never plays',
    share: 11,
    live: (life) => life.player().signIn(),
  },
  {
    kind: 'own hand',
    name: 'a ticket that never plays',
    share: 6,
    live: async (life) => void (await life.player().come('queued')),
  },
  {
    kind: 'own hand',
    name: `${STREAMS} streams opened with one token`,
    share: 1,
    live: async (life) => {
      const one = life.player();
      await one.signIn();
      await Promise.allSettled(Array.from({ length: STREAMS }, () => one.line.open(one.token)));
    },
  },
  {
    kind: 'own hand',
    name: 'a disconnect in the middle of each RPC',
    share: 8,
    live: async (life) => {
      const one = life.player();
      const [method, message] = broken[life.index % broken.length]!;
      if (besideStream.has(method)) await one.come('lobby');
      else await one.signIn();
      const when = Math.floor(life.index / broken.length) % 2 === 0 ? 'asking' : 'asked';
      await one.line.breakOff(method, message(), when, method === 'signIn' ? undefined : one.token);
    },
  },
];

async function refused(call: Promise<unknown>, code: number): Promise<void> {
  const why = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(why instanceof Refused) || why.code !== code) throw new Error(`not refused with ${code}, but ${String(why)}`);
}
