import {
  type ListSessionsRequest,
  type SessionRecord,
  type SessionRef,
  Session_State as State,
} from '@clew/protocol/clew/session/v1/session.ts';
import { invalidField } from '@clew/service-kit/service-error';
import { decodeCursor, type Positions } from './event-cursor.ts';
import { decodePageToken } from './page-token.ts';
import type { ListingPosition } from './session-listing.ts';
import type { EpochOf, LostRecord, SessionFilter } from './session-store.ts';
import { parseToken, type ShownToken, TOKEN_BYTES } from './token.ts';

/** Checks of what requests carry. Each takes the field's name and throws INVALID_ARGUMENT that names it. */

const NAME_CHARACTERS_MAX = 24;
/** Most sessions in one request, or on one page. */
const BATCH_MAX = 1_000;
const PAGE_SIZE = 100;
const REASON_CHARACTERS_MAX = 100;

const playerIdForm = /^[0-9a-f]{32}$/;
const visibleAscii = /^[\x21-\x7e]{1,64}$/;
const matchIdForm = /^[A-Za-z0-9_.:-]{1,64}$/;
/** Control characters, line and paragraph separators, and those that turn the direction of the text around them. */
const unfitForNames = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;
const visible = /[^\p{C}\p{Z}]/u;

/** A name as it is kept: without spaces around it, composed. */
export const displayName = (field: string, value: string) => shownText(field, value, NAME_CHARACTERS_MAX);

/** Why a session was kicked, as the player is told. */
export const kickReason = (field: string, value: string) => shownText(field, value, REASON_CHARACTERS_MAX);

function shownText(field: string, value: string, charactersMax: number): string {
  const text = value.trim().normalize('NFC');
  if (!visible.test(text)) throw invalidField(field, 'must not be empty');
  if ([...text].length > charactersMax) throw invalidField(field, `must have at most ${charactersMax} characters`);
  if (unfitForNames.test(text)) throw invalidField(field, 'must not have control characters');
  return text;
}

export function playerId(field: string, value: string): string {
  if (!playerIdForm.test(value)) throw invalidField(field, 'must be 32 lower-case hexadecimal digits');
  return value;
}

/** May be empty: then the request cannot be repeated. */
export function requestId(field: string, value: string): string {
  if (value !== '' && !visibleAscii.test(value))
    throw invalidField(field, 'must be at most 64 visible ASCII characters');
  return value;
}

export function edgeId(field: string, value: string): string {
  if (!visibleAscii.test(value)) throw invalidField(field, 'must be 1 to 64 visible ASCII characters');
  return value;
}

/** May be empty: no match. */
export function matchId(field: string, value: string): string {
  if (value !== '' && !matchIdForm.test(value)) throw invalidField(field, 'must be at most 64 of A-Z a-z 0-9 _ . : -');
  return value;
}

export function shownToken(field: string, value: string): ShownToken {
  const token = parseToken(value);
  if (token === undefined) throw invalidField(field, 'is no token of a session');
  return token;
}

export function epochOf(field: string, ref: SessionRef | undefined): EpochOf {
  if (ref === undefined) throw invalidField(field, 'must be set');
  if (ref.epoch < 1) throw invalidField(`${field}.epoch`, 'must be 1 or more');
  return { playerId: playerId(`${field}.player_id`, ref.playerId), epoch: ref.epoch };
}

/** The highest epoch that is meant; 0 is any. */
export function anyEpoch(field: string, value: number): number {
  if (value < 0) throw invalidField(field, 'must be 0 or more');
  return value;
}

export function pageSize(field: string, value: number): number {
  if (value < 0) throw invalidField(field, 'must be 0 or more');
  return Math.min(value || PAGE_SIZE, BATCH_MAX);
}

/** Undefined when empty: the first page. */
export function pageToken(field: string, value: string, filter: SessionFilter): ListingPosition | undefined {
  if (value === '') return undefined;
  const position = decodePageToken(value, filter);
  if (position === undefined) throw invalidField(field, 'is no token of a response to this filter');
  return position;
}

export function sessionFilter(request: ListSessionsRequest): SessionFilter {
  return {
    state: state('state', request.state),
    edgeId: request.edgeId === '' ? undefined : edgeId('edge_id', request.edgeId),
    ageMinMs: span('age_min', request.ageMin),
    ageMaxMs: span('age_max', request.ageMax),
  };
}

function state(field: string, value: State): SessionFilter['state'] {
  switch (value) {
    case State.STATE_UNSPECIFIED:
      return undefined;
    case State.STATE_ATTACHED:
      return 'attached';
    case State.STATE_DETACHED:
      return 'detached';
    default:
      throw invalidField(field, 'is no state');
  }
}

/** In milliseconds; undefined when it is not set. */
function span(field: string, value: ListSessionsRequest['ageMin']): number | undefined {
  if (value === undefined) return undefined;
  const ms = value.seconds * 1_000 + Math.floor(value.nanos / 1_000_000);
  if (!(ms >= 0)) throw invalidField(field, 'must be 0 or more');
  return ms;
}

export function lostRecord(field: string, { session, tokenHash }: SessionRecord): LostRecord {
  const { playerId, epoch } = epochOf(`${field}.session`, session);
  if (tokenHash.length !== TOKEN_BYTES) throw invalidField(`${field}.token_hash`, `must have ${TOKEN_BYTES} bytes`);
  const createMs = session?.createTime?.getTime() ?? Number.NaN;
  if (Number.isNaN(createMs)) throw invalidField(`${field}.session.create_time`, 'must be set');
  return {
    playerId,
    epoch,
    displayName: displayName(`${field}.session.display_name`, session?.displayName ?? ''),
    matchId: matchId(`${field}.session.match_id`, session?.matchId ?? ''),
    createMs,
    tokenHash,
  };
}

/** Checks each entry of a batch. */
export function batch<Entry, Checked>(
  field: string,
  entries: readonly Entry[],
  check: (field: string, entry: Entry) => Checked,
): Checked[] {
  if (entries.length > BATCH_MAX) throw invalidField(field, `must have at most ${BATCH_MAX} entries`);
  return entries.map((entry, index) => check(`${field}[${index}]`, entry));
}

/** Undefined when empty: from now on. */
export function cursor(field: string, value: string): Positions | undefined {
  if (value === '') return undefined;
  const positions = value.length <= 4_096 ? decodeCursor(value) : undefined;
  if (positions === undefined) throw invalidField(field, 'is no cursor of a response');
  return positions;
}
