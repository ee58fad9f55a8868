import type {
  CreateMatchRequest,
  CreateMatchResponse,
  ReserveSeatsRequest,
  ReserveSeatsResponse,
  SeatPlayer,
  SimulationServiceImplementation,
} from '@clew/protocol/clew/simulation/v1/simulation.ts';
import { invalidField } from '@clew/service-kit/service-error';
import type { Matches } from './matches.ts';

const MATCH_ID_LENGTH_MAX = 64;
const NAME_LENGTH_MAX = 64;

/** Control calls, from matchmaking. */
export class SimulationService implements SimulationServiceImplementation {
  readonly #matches: Matches;
  readonly #seats: number;
  readonly #admit: () => void;

  /** `seats`: how many a match has. `admit` is called before another match is taken; it throws when memory is short. */
  constructor(matches: Matches, seats: number, admit = () => {}) {
    this.#matches = matches;
    this.#seats = seats;
    this.#admit = admit;
  }

  async createMatch({ matchId, epoch, players }: CreateMatchRequest): Promise<CreateMatchResponse> {
    checkMatchId(matchId);
    if (epoch <= 0) throw invalidField('epoch', 'must be above 0');
    this.#check(players);
    this.#admit();
    this.#matches.create(matchId, epoch, players);
    return {};
  }

  async reserveSeats({ matchId, players }: ReserveSeatsRequest): Promise<ReserveSeatsResponse> {
    checkMatchId(matchId);
    this.#check(players);
    this.#matches.reserve(matchId, players);
    return {};
  }

  #check(players: readonly SeatPlayer[]): void {
    if (players.length === 0) throw invalidField('players', 'must not be empty');
    if (players.length > this.#seats) throw invalidField('players', `must be at most ${this.#seats}`);
    const seen = new Set<string>();
    for (const [index, { playerId, sessionEpoch, displayName }] of players.entries()) {
      const field = `players[${index}]`;
      if (!/^[0-9a-f]{32}$/.test(playerId)) throw invalidField(`${field}.player_id`, 'must be 32 hexadecimal digits');
      if (seen.has(playerId)) throw invalidField(`${field}.player_id`, 'is there twice');
      if (sessionEpoch <= 0) throw invalidField(`${field}.session_epoch`, 'must be above 0');
      if (displayName === '' || displayName.length > NAME_LENGTH_MAX) {
        throw invalidField(`${field}.display_name`, `must be 1 to ${NAME_LENGTH_MAX} characters`);
      }
      seen.add(playerId);
    }
  }
}

function checkMatchId(matchId: string): void {
  if (matchId === '' || matchId.length > MATCH_ID_LENGTH_MAX) {
    throw invalidField('match_id', `must be 1 to ${MATCH_ID_LENGTH_MAX} characters`);
  }
}
