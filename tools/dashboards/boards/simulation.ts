import type { BoardDescription } from '../board.ts';
import { latency, perProcess, rates } from '../panels.ts';

export const simulation: BoardDescription = {
  name: 'simulation',
  title: 'simulation',
  rows: [
    {
      title: 'Ticks',
      panels: [
        latency(
          'Duration of a phase',
          'A tick has five phases of 10 ms.',
          'clew_simulation_tick_duration_seconds_bucket',
        ),
        latency(
          'Lateness of a phase',
          'From 50 ms on a frame is late.',
          'clew_simulation_tick_lateness_seconds_bucket',
        ),
        rates('Ticks', 'Done and skipped.', [
          ['sum(rate(clew_simulation_ticks_total[1m]))', 'done'],
          ['sum(rate(clew_simulation_ticks_skipped_total[1m]))', 'skipped'],
        ]),
        perProcess(
          'Event loop delay, max',
          'The longest stop since the last reading.',
          's',
          'nodejs_eventloop_delay_max_seconds',
        ),
      ],
    },
    {
      title: 'Matches and seats',
      panels: [
        {
          title: 'Seats',
          about: 'By state.',
          unit: 'short',
          queries: [{ expr: 'sum by (state) (clew_simulation_seats)', legend: '{{state}}' }],
        },
        rates('Matches', 'Created, over, ended by an error.', [
          ['sum(rate(clew_simulation_matches_created_total[1m]))', 'created'],
          ['sum(rate(clew_simulation_matches_ended_total[1m]))', 'over'],
          ['sum(rate(clew_simulation_matches_failed_total[1m]))', 'failed'],
        ]),
        rates('Inputs', 'In time, late, refused.', [
          ['sum(rate(clew_simulation_inputs_waiting_total[1m]))', 'in time'],
          ['sum(rate(clew_simulation_inputs_late_total[1m]))', 'late'],
          ['sum(rate(clew_simulation_inputs_full_total[1m]))', 'beyond the bound'],
        ]),
        rates('Match leases', 'Renewed and refused, rounds that failed.', [
          ['sum(rate(clew_simulation_leases_renewed_total[1m]))', 'renewed'],
          ['sum(rate(clew_simulation_leases_refused_total[1m]))', 'refused'],
          ['sum(rate(clew_simulation_lease_failures_total[1m]))', 'failed'],
        ]),
      ],
    },
    {
      title: 'Trunks and frames',
      panels: [
        perProcess('Backlog', 'Bytes that edges have not taken yet.', 'bytes', 'clew_simulation_trunk_backlog_bytes'),
        perProcess('Down the trunks', 'Bytes a second.', 'Bps', 'rate(clew_simulation_trunk_bytes_total[1m])'),
        rates('Trunks', 'Opened, behind, cut.', [
          ['sum(rate(clew_simulation_trunks_opened_total[1m]))', 'opened'],
          ['sum(rate(clew_simulation_trunks_congested_total[1m]))', 'fell behind'],
          ['sum(rate(clew_simulation_trunks_cut_total[1m]))', 'cut'],
        ]),
        rates('Frames to players', 'Relayed, and keyframes that slow readers asked for.', [
          ['sum(rate(clew_edge_frames_total[1m]))', 'frames'],
          ['sum(rate(clew_edge_keyframes_asked_total[1m]))', 'keyframes asked for'],
        ]),
      ],
    },
  ],
};
