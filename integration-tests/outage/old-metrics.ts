/** What one sees of the old server from outside: memory, and how many players are there. The old one told nobody. */
import { createServer, type Server } from 'node:http';
import { constants, PerformanceObserver, performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { oldGenerationLimitBytes } from '@clew/service-kit/process-context';
import type { OldServer } from './old-server.ts';

export async function tellMetrics(server: OldServer, port: number): Promise<Server> {
  let afterGc = getHeapStatistics().used_heap_size;
  new PerformanceObserver((list) => {
    const isMajor = (entry: object) =>
      (entry as { detail: { kind: number } }).detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR;
    if (list.getEntries().some(isMajor)) afterGc = getHeapStatistics().used_heap_size;
  }).observe({ entryTypes: ['gc'] });
  const http = createServer((request, response) => {
    if (request.url !== '/metrics') return void response.end('ok\n');
    const { heapUsed, external, rss } = process.memoryUsage();
    const metrics = {
      clew_memory_heap_after_gc_bytes: afterGc,
      clew_memory_heap_used_bytes: heapUsed,
      clew_memory_heap_limit_bytes: oldGenerationLimitBytes(process.execArgv.join(' ')),
      clew_memory_external_bytes: external,
      process_memory_usage_bytes: rss,
      process_uptime_seconds: process.uptime(),
      clew_process_start_time_seconds: performance.timeOrigin / 1_000,
      clew_edge_streams: server.connected,
      // What the old server took for sessions is not what is a session: a player who is there.
      clew_session_leases: server.connected,
    };
    const labels = '{service_name="old-server",service_instance_id="old-server-1"}';
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(
      Object.entries(metrics)
        .map(([name, value]) => `${name}${labels} ${value}\n`)
        .join(''),
    );
  });
  await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
  return http;
}
