import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Servers run on one core and the load on another, so that neither is measured with what it waits for. */
export const SERVER_CORE = 0;
export const LOAD_CORE = Math.min(1, availableParallelism() - 1);

/** Of Linux' USER_HZ: what /proc counts processor time in. */
const TICKS_PER_SECOND = 100;

/** Lets a process with all of its threads, and what they start, run on some cores only. */
export function pin(pid: number, ...cores: readonly number[]): void {
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', cores.join(), String(pid)], { stdio: 'ignore' });
}

/** Processor time that a process has taken so far, in user and system mode, by the system's own account. */
export function cpuMs(pid: number): number {
  // The name, in parentheses, may have spaces. After it: state, then 10 fields, then utime and stime.
  const fields = stat(pid)
    .slice(stat(pid).lastIndexOf(')') + 2)
    .split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1_000;
}

/** Memory that a process holds in RAM. */
export function rssBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1_024;
}

function stat(pid: number): string {
  return readFileSync(`/proc/${pid}/stat`, 'utf8');
}
