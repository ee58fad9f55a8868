import type { BoardDescription } from '../board.ts';
import { perProcess, rates } from '../panels.ts';

export const matchmaking: BoardDescription = {
  name: 'matchmaking',
  title: 'matchmaking',
  rows: [
    {
      title: 'Queue',
      panels: [
        {
          title: 'Waiting',
          about: 'Players and tickets at the head of the queue.',
          unit: 'short',
          queries: [
            { expr: 'max(clew_matchmaking_queue_players)', legend: 'players' },
            { expr: 'max(clew_matchmaking_queue_tickets)', legend: 'tickets' },
          ],
        },
        perProcess(
          'Longest wait',
          'Of the oldest ticket. Usual: 3 s at most.',
          's',
          'clew_matchmaking_queue_longest_wait_seconds',
        ),
        rates('Placements', 'By how they went.', [
          ['sum(rate(clew_matchmaking_matches_placed_total[1m]))', 'new matches'],
          ['sum(rate(clew_matchmaking_drop_ins_placed_total[1m]))', 'into running matches'],
          ['sum(rate(clew_matchmaking_placements_abandoned_total[1m]))', 'abandoned'],
          ['sum(rate(clew_matchmaking_placements_refused_total[1m]))', 'refused'],
          ['sum(rate(clew_matchmaking_placements_without_sessions_total[1m]))', 'session away'],
          ['sum(rate(clew_matchmaking_placements_failed_total[1m]))', 'failed'],
        ]),
        rates('Claims lost', 'Conflicts between directors: another was quicker.', [
          ['sum(rate(clew_matchmaking_claims_lost_total[1m]))', 'lost'],
        ]),
      ],
    },
    {
      title: 'Directors and simulations',
      panels: [
        rates('Turns', 'Of all directors; ten a second each.', [
          ['sum(rate(clew_matchmaking_turns_total[1m]))', 'done'],
          ['sum(rate(clew_matchmaking_turns_failed_total[1m]))', 'failed'],
        ]),
        {
          title: 'Registry',
          about: 'Simulations, and matches that take players.',
          unit: 'short',
          queries: [
            { expr: 'max(clew_matchmaking_simulations)', legend: 'simulations' },
            { expr: 'max(clew_matchmaking_open_matches)', legend: 'open matches' },
          ],
        },
        rates('Directory', 'Questions who owns a match, and what could not be answered.', [
          ['sum(rate(clew_matchmaking_matches_asked_total[1m]))', 'asked'],
          ['sum(rate(clew_matchmaking_matches_unknown_total[1m]))', 'unknown'],
          ['sum(rate(clew_matchmaking_matches_uncertain_total[1m]))', 'uncertain'],
        ]),
        rates('Tickets', 'What edges ask.', [
          ['sum(rate(clew_matchmaking_tickets_asked_total[1m]))', 'asked for'],
          ['sum(rate(clew_matchmaking_tickets_cancelled_total[1m]))', 'cancelled'],
        ]),
      ],
    },
  ],
};
