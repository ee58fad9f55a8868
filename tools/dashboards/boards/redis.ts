import type { BoardDescription } from '../board.ts';
import { latency, perProcess, rates } from '../panels.ts';

export const redis: BoardDescription = {
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
