import { randomBytes } from 'node:crypto';
import {
  CreateTicketRequest,
  type MatchRef,
  type Member,
  TicketStatus_State as State,
  type TicketStatus,
} from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import { LuaScript } from '@clew/service-kit/lua-script';
import { activeTraceparent, type TraceParent } from '@clew/service-kit/telemetry/tracing';
import type { Redis } from 'ioredis';
import type { WaitingTicket } from './formation.ts';
import { queueKeys } from './keys.ts';

/**
 * The queue in Redis. A ticket's life, each arrow one script, each state under a lease:
 *
 *     create ──► waiting ◄──► claimed ──► assigned ──► (lease over) gone
 *                   └────────────┴── cancel, lease over ──────────► gone
 *
 * T1 A player is in one ticket at most; a ticket is in one claim at most.
 * T2 Whatever comes back into the queue stands where it stood.
 * T3 A claim that nobody carries through returns its tickets by itself.
 * T4 Who does not renew is gone; nothing of him is left (the trimming is part of every script).
 */
export interface TicketLimits {
  /** A waiting or claimed ticket's lease. */
  readonly leaseMs: number;
  /** Time to place a claim. */
  readonly claimMs: number;
  /** How long an assigned ticket can be read. */
  readonly assignedMs: number;
  /** How long a request of the same id gets the same ticket. */
  readonly requestMs: number;
  /** Most tickets in the queue. */
  readonly ticketsMax: number;
}

export type CreateOutcome =
  | { readonly kind: 'ticket'; readonly ticketId: string }
  | { readonly kind: 'waits-elsewhere'; readonly memberIndex: number }
  | { readonly kind: 'full' };

/** The head of the queue at a time of Redis' clock. */
export interface QueueSurvey {
  readonly nowMs: number;
  /** In order; the oldest `surveyEntries` players' at most. */
  readonly tickets: readonly WaitingTicket[];
}

/** A ticket that a claim holds. */
export interface ClaimedTicket {
  readonly ticketId: string;
  readonly members: readonly Member[];
  /** W3C traceparent of the join; "" when nobody follows it. */
  readonly traceParent: TraceParent;
}

export class TicketStore {
  readonly #redis: Redis;
  readonly #limits: TicketLimits;
  readonly #ttlMs: number;

  constructor(redis: Redis, limits: TicketLimits) {
    this.#redis = redis;
    this.#limits = limits;
    this.#ttlMs = Math.max(limits.leaseMs, limits.assignedMs) + backstopMs;
  }

  /** Puts a party into the queue; members are 1 to 8, all different. */
  async create(request: CreateTicketRequest): Promise<CreateOutcome> {
    const { members, requestId, front } = request;
    const players = members.map((member) => member.playerId);
    const ticketId = `t-${randomBytes(12).toString('base64url')}`;
    const [kind, value] = (await this.#run(
      createTicket,
      [
        ticketId,
        front ? -frontBandMs : '',
        Math.max(...members.map((member) => member.sessionEpoch)),
        encodeTicket(members, activeTraceparent()),
        this.#limits.requestMs,
        this.#limits.ticketsMax,
        ...players,
      ],
      // Without a request id the ticket's own name is as good as any that never comes again.
      [queueKeys.request(players[0]!, requestId === '' ? ticketId : requestId)],
    )) as [string, (string | number)?];
    if (kind === 'ticket') return { kind, ticketId: String(value) };
    if (kind === 'waits') return { kind: 'waits-elsewhere', memberIndex: Number(value) };
    return { kind: 'full' };
  }

  /** True when it waited or was claimed. */
  async cancel(ticketId: string): Promise<boolean> {
    return (await this.#run(cancelTicket, [ticketId])) === 1;
  }

  /** Renews and tells where they stand, in the order of the ids. */
  async renew(ticketIds: readonly string[]): Promise<TicketStatus[]> {
    const [waiting, ...tickets] = (await this.#run(renewTickets, ticketIds)) as [number, ...TicketReply[]];
    return tickets.map((reply) => status(reply, waiting));
  }

  /** The sweep's sign of life, and what a director decides on. */
  async survey(): Promise<QueueSurvey> {
    const [nowMs, entries] = (await this.#run(surveyQueue, [surveyEntries])) as [number, string[]];
    return { nowMs, tickets: ticketsOf(entries) };
  }

  /** Takes tickets out of the queue, all or none: undefined when one of them does not wait any more. */
  async claim(claimId: string, ticketIds: readonly string[]): Promise<ClaimedTicket[] | undefined> {
    const args = [claimId, this.#limits.claimMs, ...ticketIds];
    const reply = (await claimTickets.runBuffer(this.#redis, keys, this.#arguments(args))) as Buffer[] | null;
    return reply?.map((bytes, index) => ({ ticketId: ticketIds[index]!, ...decodeTicket(bytes) }));
  }

  /** Says on the tickets where their seats are; tells for each whether the claim still held it. */
  async assign(claimId: string, ticketIds: readonly string[], match: MatchRef): Promise<boolean[]> {
    const { matchId, epoch, simulationId, trunkAddress } = match;
    const args = [claimId, this.#limits.assignedMs, matchId, epoch, simulationId, trunkAddress, ...ticketIds];
    return ((await this.#run(assignTickets, args)) as number[]).map((assigned) => assigned === 1);
  }

  /** Gives tickets back that the claim still holds. */
  async giveBack(claimId: string, ticketIds: readonly string[]): Promise<void> {
    await this.#run(returnTickets, [claimId, ...ticketIds]);
  }

  #run(script: LuaScript, args: readonly (string | number | Buffer)[], more: readonly string[] = []): Promise<unknown> {
    return script.run(this.#redis, [...keys, ...more], this.#arguments(args));
  }

  #arguments(args: readonly (string | number | Buffer)[]) {
    return [queueKeys.ticketPrefix, queueKeys.playerPrefix, this.#limits.leaseMs, this.#ttlMs, ...args];
  }
}

const keys = [queueKeys.waiting, queueKeys.claimed, queueKeys.deadlines, queueKeys.sweep];
const backstopMs = 300_000;
/** The order of a ticket is when it came; of one in front, this much earlier: before everybody, first come first. */
const frontBandMs = 1e13;
/** What one survey looks at. */
const surveyEntries = 512;

type TicketReply = readonly [state: string, ...values: (string | number)[]];

function status([state, ...values]: TicketReply, waiting: number): TicketStatus {
  const base = { place: 0, waiting: 0, match: undefined };
  switch (state) {
    case 'waiting':
      return { ...base, state: State.STATE_WAITING, place: Number(values[0]), waiting };
    case 'claimed':
      return { ...base, state: State.STATE_CLAIMED };
    case 'assigned': {
      const [matchId, epoch, simulationId, trunkAddress] = values.map(String) as [string, string, string, string];
      return {
        ...base,
        state: State.STATE_ASSIGNED,
        match: { matchId, epoch: Number(epoch), simulationId, trunkAddress },
      };
    }
    default:
      return { ...base, state: State.STATE_GONE };
  }
}

/** Entries are "<ticket>/<n>" and orders, alternating; a ticket's entries stand side by side. */
function ticketsOf(entries: readonly string[]): WaitingTicket[] {
  const tickets: { ticketId: string; size: number; waitStartMs: number }[] = [];
  for (let index = 0; index < entries.length; index += 2) {
    const entry = entries[index]!;
    const order = Number(entries[index + 1]);
    const ticketId = entry.slice(0, entry.lastIndexOf('/'));
    const last = tickets.at(-1);
    if (last?.ticketId === ticketId) last.size += 1;
    else tickets.push({ ticketId, size: 1, waitStartMs: order < 0 ? order + frontBandMs : order });
  }
  // The bound of the survey may have cut the last party in two.
  if (entries.length === 2 * surveyEntries) tickets.pop();
  return tickets;
}

function encodeTicket(members: readonly Member[], traceParent: TraceParent): Buffer {
  const kept = CreateTicketRequest.fromPartial({ members: [...members], traceParent });
  return Buffer.from(CreateTicketRequest.encode(kept).finish());
}

function decodeTicket(bytes: Buffer): Pick<ClaimedTicket, 'members' | 'traceParent'> {
  const { members, traceParent = '' } = CreateTicketRequest.decode(bytes);
  return { members, traceParent };
}

const prelude = new URL('scripts/queue.lua', import.meta.url);
const script = (name: string) => new LuaScript(new URL(`scripts/${name}.lua`, import.meta.url), prelude);
const createTicket = script('create-ticket');
const cancelTicket = script('cancel-ticket');
const renewTickets = script('renew-tickets');
const surveyQueue = script('survey-queue');
const claimTickets = script('claim-tickets');
const assignTickets = script('assign-tickets');
const returnTickets = script('return-tickets');
