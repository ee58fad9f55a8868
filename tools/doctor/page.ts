/** The page that `npm run doctor` prints: a summary for people, 100 columns wide. Pure. */
import Table from 'cli-table3';
import { colors } from '../colors.ts';
import type { ProcessSummary, Summary } from './summary.ts';

export function pageOf(summary: Summary): string {
  const { versions } = summary;
  const title = `Clew ${versions.clew.join(', ')} · Node ${versions.node.join(', ')} · Redis ${versions.redis ?? 'unknown'}`;
  const parts: [head: string, body: string][] = [
    ['health', healthOf(summary)],
    ['memory against sessions', sessionsOf(summary)],
    ['oldest streams', streamsOf(summary)],
    ['Redis', redisOf(summary)],
    ['advice', adviceOf(summary)],
  ];
  return [colors.bold(title), ...parts.map(([head, body]) => `${colors.bold(colors.cyan(head))}\n${body}`)].join(
    '\n\n',
  );
}

/** Columns without lines; numbers to the right. */
function columns(heads: readonly string[], rows: readonly (readonly string[])[], left: number): string {
  const none = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', mid: '' };
  const sides = { 'bottom-left': '', 'bottom-right': '', left: '  ', 'left-mid': '', right: '', 'right-mid': '' };
  const table = new Table({
    chars: { ...none, ...sides, 'mid-mid': '', middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    head: heads.map((head) => colors.dim(head)),
    colAligns: heads.map((_, index) => (index < left ? 'left' : 'right')),
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

function healthOf({ processes, unreachable, seconds }: Summary): string {
  const heads = [
    'process',
    'health',
    'started',
    'up',
    'heap after GC',
    'buffers',
    'resident',
    'of limit',
    'loop p99',
    'CPU',
  ];
  const rows = processes.map((one) => [
    one.name,
    one.ready ? colors.green('ready') : colors.red('not ready'),
    startOf(one),
    one.uptimeSeconds === null ? '–' : span(one.uptimeSeconds),
    ...[one.heapAfterGcBytes, one.externalBytes, one.residentBytes].map(megabytes),
    tinted(one.pressure, 0.8, percent),
    tinted(one.loopDelayP99Seconds, 0.25, milliseconds),
    percent(one.cpuShare),
  ]);
  const away = unreachable.map((address) => `  ${colors.red(`nobody answers at ${address}`)}`);
  return [columns(heads, rows, 3), ...away, colors.dim(`  CPU over ${seconds} s, of one core`)].join('\n');
}

function startOf({ start }: ProcessSummary): string {
  if (start === 'unclean') return colors.yellow('after a death');
  return start === 'clean' ? 'in order' : (start ?? '–');
}

function sessionsOf({ sessions, collections, seconds }: Summary): string {
  const { leases, streams, seated, seats, framesPerSecond } = sessions;
  const states = Object.entries(seats).flatMap(([state, count]) => (count > 0 ? `${count} ${state}` : []));
  const lines = [
    `  sessions in Redis ${leases ?? '–'} · open streams ${streams ?? '–'}, seated ${seated ?? '–'}`,
    `  seats: ${states.join(', ') || 'none'} · ${framesPerSecond} frames a second`,
  ];
  if (collections.length === 0) return lines.join('\n');
  const rows = collections.map(({ process, collection, size, bound, orphans, growth }) => [
    process,
    collection,
    String(size),
    growth > 0 ? `+${growth}` : String(growth),
    String(bound),
    orphans > 0 ? colors.red(String(orphans)) : '0',
  ]);
  return [...lines, columns(['process', 'collection', 'size', `in ${seconds} s`, 'bound', 'orphans'], rows, 2)].join(
    '\n',
  );
}

function streamsOf({ oldestStreams }: Summary): string {
  if (oldestStreams === null) return '  told to who shows the token of the edges (CLEW_OPS_TOKEN)';
  if (oldestStreams.length === 0) return '  none';
  const rows = oldestStreams.map(({ process, ageSeconds, state }) => [process, state, span(ageSeconds)]);
  return columns(['process', 'player', 'open for'], rows, 2);
}

function redisOf({ redis, seconds }: Summary): string {
  const { connections, usedBytes, limitBytes, keys, clients, keysSampled, keysWithoutTtl } = redis;
  const standing = `${connections.standing} of ${connections.wanted} connections stand`;
  const mean =
    redis.meanSeconds === null ? 'no commands' : `commands take ${(redis.meanSeconds * 1_000).toFixed(2)} ms`;
  return [
    `  ${connections.standing < connections.wanted ? colors.red(standing) : standing} · ${mean}, ${redis.errors} failed in ${seconds} s`,
    `  ${megabytes(usedBytes)} of ${megabytes(limitBytes)} · ${keys ?? '–'} keys · ${clients ?? '–'} clients`,
    `  without TTL: ${keysWithoutTtl ?? '–'} of ${keysSampled ?? '–'} keys that were drawn`,
  ].join('\n');
}

function adviceOf({ findings }: Summary): string {
  if (findings.length === 0) return `  ${colors.green('✔')} nothing to do`;
  return findings
    .map(({ severity, text, advice, section }) => {
      const mark = severity === 'critical' ? colors.red('✖') : colors.yellow('!');
      const link = `docs/runbook.md#${section.toLowerCase().replaceAll(' ', '-')}`;
      return `  ${mark} ${text}\n    ${advice}\n    ${colors.dim(link)}`;
    })
    .join('\n');
}

const percent = (share: number | null) => (share === null ? '–' : `${Math.round(share * 100)} %`);
const milliseconds = (seconds: number | null) => (seconds === null ? '–' : `${Math.round(seconds * 1_000)} ms`);

function megabytes(bytes: number | null): string {
  if (bytes === null) return '–';
  return bytes < 10e9 ? `${Math.round(bytes / 1e6)} MB` : `${Math.round(bytes / 1e9)} GB`;
}

function tinted(value: number | null, from: number, told: (value: number | null) => string): string {
  return value !== null && value > from ? colors.red(told(value)) : told(value);
}

function span(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} days`;
}
