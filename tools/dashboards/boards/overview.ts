import type { BoardDescription } from '../board.ts';
import { perProcess, rates, stat } from '../panels.ts';

export const overview: BoardDescription = {
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
            ['sum(rate(clew_edge_streams_silent_total[1m]))', 'silent'],
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
          'How full processes are',
          'Places taken, memory or time of the loop: what there is least left of. 1 is full; autoscaling aims at 0.6.',
          'percentunit',
          'clew:fullness:max',
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
