/** The dashboards: what is in them. */
import type { BoardDescription, PanelDescription } from './board.ts';
import { latency, perProcess, rates } from './panels.ts';

const stat = (title: string, about: string, unit: string, expr: string): PanelDescription => ({
  ...{ title, about, unit, kind: 'stat' as const },
  queries: [{ expr, legend: '' }],
});

const overview: BoardDescription = {
  name: 'overview',
  title: 'overview',
  rows: [
    {
      title: 'Now',
      panels: [
        stat('Players', 'Open streams, all edges.', 'short', 'sum(clew_edge_streams)'),
        stat('In matches', 'Of them, those who sit in a match.', 'short', 'sum(clew_edge_streams_seated)'),
        stat('Processes that answer', 'Of those that Prometheus knows.', 'short', 'sum(up{job="clew"})'),
        stat(
          'Alerts',
          'That fire, but for the watchdog.',
          'short',
          'count(ALERTS{alertstate="firing",severity!="none"}) or vector(0)',
        ),
      ],
    },
    {
      title: 'What players feel',
      panels: [
        rates('Coming in', 'Streams that open, and refusals that are our fault.', [
          ['sum(rate(clew_edge_streams_opened_total[1m]))', 'opened'],
          ['clew:refusals_of_ours:rate1m', 'refused by a fault of ours'],
        ]),
        rates(
          'Going',
          'Streams that end, by how. A peak of "closed" is a surge of lost connections: look at memory first.',
          [
            ['sum(rate(clew_edge_streams_closed_total[1m]))', 'closed'],
            ['sum(rate(clew_edge_streams_stalled_total[1m]))', 'stalled'],
            ['sum(rate(clew_edge_streams_ended_total[1m]))', 'left'],
            ['sum(rate(clew_edge_streams_replaced_total[1m]))', 'replaced'],
            ['sum(rate(clew_edge_streams_draining_total[1m]))', 'draining'],
          ],
        ),
        perProcess(
          'Frames on time',
          'Share of the phases of ticks that begin a tick or more late. Usual: 0.',
          'percentunit',
          'clew:phases_late:ratio1m',
        ),
        perProcess(
          'Longest wait for a match',
          'Of the oldest ticket. Usual: 3 s at most.',
          's',
          'clew_matchmaking_queue_longest_wait_seconds',
        ),
      ],
    },
    {
      title: 'Objectives',
      panels: [
        {
          title: 'Join failures',
          about: 'Share of attempts to come in that fail by a fault of ours; the objective allows 0.5 %.',
          unit: 'percentunit',
          queries: [
            { expr: 'clew:join_failures:ratio5m', legend: '5 minutes' },
            { expr: 'clew:join_failures:ratio1h', legend: '1 hour' },
          ],
        },
        {
          title: 'Frames late',
          about: 'Share of phases that come late; the objective allows 0.5 %.',
          unit: 'percentunit',
          queries: [
            { expr: 'clew:frames_late:ratio5m', legend: '5 minutes' },
            { expr: 'clew:frames_late:ratio1h', legend: '1 hour' },
          ],
        },
      ],
    },
    {
      title: 'Processes',
      panels: [
        perProcess(
          'CPU',
          'Cores in use. A service is one thread: near 1 it is full.',
          'short',
          'sum by (service_instance_id) (rate(process_cpu_time_seconds_total[1m]))',
        ),
        perProcess(
          'Event loop delay, p99',
          'How late the loop is. Usual: some milliseconds.',
          's',
          'nodejs_eventloop_delay_p99_seconds',
        ),
        perProcess(
          'Unclean starts within an hour',
          'After a crash, a kill, or running out of memory.',
          'short',
          'increase(clew_process_unclean_starts_total[1h])',
        ),
        perProcess('Uptime', 'Since the last start.', 's', 'process_uptime_seconds'),
      ],
    },
  ],
};

const sessions: BoardDescription = {
  name: 'sessions-and-memory',
  title: 'sessions and memory',
  rows: [
    {
      title: 'The two lines that must rise and fall together',
      panels: [
        {
          title: 'Sessions and streams',
          about: 'Leases in Redis, and open streams. They differ by those who vanished within the last 30 s.',
          unit: 'short',
          queries: [
            { expr: 'clew:sessions', legend: 'sessions' },
            { expr: 'sum(clew_edge_streams)', legend: 'streams' },
            { expr: 'clew:sessions_unexplained', legend: 'sessions that nothing explains' },
          ],
        },
        perProcess(
          'Memory held',
          'Heap after the last full garbage collection, and buffers: what a leak cannot hide from.',
          'bytes',
          'clew:memory_held_bytes',
        ),
      ],
    },
    {
      title: 'What should not be there',
      panels: [
        {
          title: 'Orphans',
          about: 'Entries whose socket is closed or whose lease was denied, by process and collection. Usual: 0.',
          unit: 'short',
          queries: [{ expr: 'clew_collection_orphans > 0', legend: '{{service_instance_id}} {{collection}}' }],
        },
        perProcess(
          'Growth within a minute',
          'Of memory held. A slope without new sessions is a leak.',
          'bytes',
          'clew:memory_growth_bytes',
        ),
        {
          title: 'Largest collections',
          about: 'Entries, by process and collection.',
          unit: 'short',
          queries: [{ expr: 'topk(8, clew_collection_size)', legend: '{{service_instance_id}} {{collection}}' }],
        },
        {
          title: 'Collections near their bound',
          about: 'Share of the bound that is used, the fullest eight.',
          unit: 'percentunit',
          queries: [
            {
              expr: 'topk(8, clew_collection_size / clew_collection_bound)',
              legend: '{{service_instance_id}} {{collection}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Memory',
      panels: [
        perProcess('Heap now', 'Garbage included: it draws a saw.', 'bytes', 'clew_memory_heap_used_bytes'),
        perProcess('Outside the heap', 'Held by objects: buffers above all.', 'bytes', 'clew_memory_external_bytes'),
        perProcess('Resident', 'What the system has given.', 'bytes', 'process_memory_usage_bytes'),
        {
          title: 'Share of the limits',
          about: 'Near 1 the process dies; from 0.85 on it takes nobody new in.',
          unit: 'percentunit',
          queries: [
            {
              expr: 'clew_memory_heap_after_gc_bytes / clew_memory_heap_limit_bytes',
              legend: '{{service_instance_id}} heap',
            },
            {
              expr: 'process_memory_usage_bytes / clew_memory_limit_bytes',
              legend: '{{service_instance_id}} resident',
            },
          ],
        },
        {
          title: 'Garbage collection',
          about: 'Share of the time that the process stands still for it.',
          unit: 'percentunit',
          queries: [
            {
              expr: 'sum by (service_instance_id) (rate(v8js_gc_duration_seconds_sum[1m]))',
              legend: '{{service_instance_id}}',
            },
          ],
        },
      ],
    },
    {
      title: 'The life of sessions',
      panels: [
        rates('Begin', 'By how.', [
          ['sum(rate(clew_session_created_total[1m]))', 'created'],
          ['sum(rate(clew_session_entered_total[1m]))', 'entered again'],
          ['sum(rate(clew_session_resumed_total[1m]))', 'resumed'],
          ['sum(rate(clew_session_reinstated_total[1m]))', 'reinstated'],
        ]),
        {
          title: 'End',
          about: 'By how.',
          unit: 'ops',
          queries: [{ expr: 'sum by (how) (rate(clew_session_endings_total[1m]))', legend: '{{how}}' }],
        },
        rates('Renewals', 'Leases renewed and refused, and batches that session did not answer.', [
          ['sum(rate(clew_session_renewed_total[1m]))', 'renewed'],
          ['sum(rate(clew_session_renewals_refused_total[1m]))', 'refused'],
          ['sum(rate(clew_edge_renewals_failed_total[1m]))', 'batches failed'],
        ]),
        {
          title: 'Sweeping',
          about: 'Age of the last sweep, and how late the latest session ends. Usual: below a second.',
          unit: 's',
          queries: [
            { expr: 'min(clew_session_sweep_age_seconds)', legend: 'age of the last sweep' },
            { expr: 'max(clew_session_expiry_lag_seconds)', legend: 'expiry lag' },
          ],
        },
      ],
    },
  ],
};

const matchmaking: BoardDescription = {
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

const simulation: BoardDescription = {
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

const redis: BoardDescription = {
  name: 'redis',
  title: 'Redis',
  rows: [
    {
      title: 'Redis itself',
      panels: [
        {
          title: 'Memory',
          about: 'Used, and the limit beyond which Redis refuses writes.',
          unit: 'bytes',
          queries: [
            { expr: 'max(clew_redis_memory_used_bytes)', legend: 'used' },
            { expr: 'max(clew_redis_memory_limit_bytes)', legend: 'limit' },
          ],
        },
        {
          title: 'Keys',
          about: 'All keys, and sessions: they rise and fall together.',
          unit: 'short',
          queries: [
            { expr: 'max(clew_redis_keys)', legend: 'keys' },
            { expr: 'clew:sessions', legend: 'sessions' },
          ],
        },
        {
          title: 'Keys without TTL',
          about: 'Share of keys drawn at random. Usual: 0.',
          unit: 'percentunit',
          queries: [
            {
              expr: 'sum(rate(clew_redis_keys_without_ttl_total[5m])) / sum(rate(clew_redis_keys_sampled_total[5m]))',
              legend: 'without TTL',
            },
          ],
        },
        perProcess('Connections', 'To Redis, as it says.', 'short', 'clew_redis_clients'),
      ],
    },
    {
      title: 'As the services see it',
      panels: [
        perProcess('Connected', '1 while the connection stands.', 'short', 'clew_redis_connected'),
        rates('Errors', 'Commands that failed.', [
          ['sum by (service_instance_id) (rate(clew_redis_errors_total[1m]))', '{{service_instance_id}}'],
        ]),
        latency('Duration of commands', 'Of all commands and scripts.', 'db_client_operation_duration_seconds_bucket'),
        {
          title: 'Commands',
          about: 'The busiest ten, by name of the command or the script.',
          unit: 'ops',
          queries: [
            {
              expr: 'topk(10, sum by (db_operation_name) (rate(db_client_operation_duration_seconds_count[1m])))',
              legend: '{{db_operation_name}}',
            },
          ],
        },
      ],
    },
  ],
};

export const boards: readonly BoardDescription[] = [overview, sessions, matchmaking, simulation, redis];
