import type { CreateTicketRequest, RegisterSimulationRequest } from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import { invalidField } from '@clew/service-kit/service-error';

/** What requests may hold. Each rule throws INVALID_ARGUMENT that names the field. */

const playerIdForm = /^[0-9a-f]{32}$/;
const ticketIdForm = /^t-[A-Za-z0-9_-]{16}$/;
const matchIdForm = /^m-[A-Za-z0-9_-]{16}$/;
const requestIdForm = /^[\x21-\x7e]{0,64}$/;
const simulationIdForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const addressForm = /^[A-Za-z0-9._-]{1,253}:\d{1,5}$/;
const controlCharacter = /\p{Cc}/u;
const displayNameMax = 24;
const ticketsMax = 1_000;
const openMatchesMax = 10_000;

export function checkTicketId(ticketId: string, field = 'ticket_id'): void {
  if (!ticketIdForm.test(ticketId)) throw invalidField(field, 'is not a ticket id');
}

export function checkMatchId(matchId: string, field = 'match_id'): void {
  if (!matchIdForm.test(matchId)) throw invalidField(field, 'is not a match id');
}

export function checkTicketIds(ticketIds: readonly string[]): void {
  if (ticketIds.length > ticketsMax) throw invalidField('ticket_ids', `must be at most ${ticketsMax}`);
  for (const [index, ticketId] of ticketIds.entries()) checkTicketId(ticketId, `ticket_ids[${index}]`);
}

/** A party: 1 to `seats` different players. */
export function checkParty({ members, requestId }: CreateTicketRequest, seats: number): void {
  if (members.length < 1 || members.length > seats) throw invalidField('members', `must be 1 to ${seats}`);
  const seen = new Set<string>();
  for (const [index, { playerId, sessionEpoch, displayName }] of members.entries()) {
    const field = `members[${index}]`;
    if (!playerIdForm.test(playerId)) throw invalidField(`${field}.player_id`, 'must be 32 hexadecimal digits');
    if (seen.has(playerId)) throw invalidField(`${field}.player_id`, 'is in the party already');
    seen.add(playerId);
    if (!Number.isSafeInteger(sessionEpoch) || sessionEpoch < 1) {
      throw invalidField(`${field}.session_epoch`, 'must be positive');
    }
    const characters = [...displayName].length;
    if (characters < 1 || characters > displayNameMax) {
      throw invalidField(`${field}.display_name`, `must have 1 to ${displayNameMax} characters`);
    }
    if (controlCharacter.test(displayName)) {
      throw invalidField(`${field}.display_name`, 'must not have control characters');
    }
  }
  if (!requestIdForm.test(requestId)) throw invalidField('request_id', 'must be at most 64 printable ASCII characters');
}

/** A simulation's presence, complete. */
export function checkPresence(presence: RegisterSimulationRequest): void {
  if (!simulationIdForm.test(presence.simulationId)) {
    throw invalidField('simulation_id', 'must be 1 to 63 letters, digits, dots, dashes and underscores');
  }
  if (!isAddress(presence.controlAddress)) throw invalidField('control_address', 'must be host:port');
  if (!isAddress(presence.trunkAddress)) throw invalidField('trunk_address', 'must be host:port');
  if (presence.openMatches.length > openMatchesMax) {
    throw invalidField('open_matches', `must be at most ${openMatchesMax}`);
  }
  for (const [index, { matchId }] of presence.openMatches.entries()) {
    checkMatchId(matchId, `open_matches[${index}].match_id`);
  }
}

function isAddress(address: string): boolean {
  const port = Number(address.slice(address.lastIndexOf(':') + 1));
  return addressForm.test(address) && port >= 1 && port <= 65_535;
}
