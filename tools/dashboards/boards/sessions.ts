import type { BoardDescription } from '../board.ts';
import { perProcess, rates } from '../panels.ts';

export const sessions: BoardDescription = {
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
