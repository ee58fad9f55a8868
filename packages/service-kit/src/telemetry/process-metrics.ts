import { totalmem } from 'node:os';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { ProcessContext } from '../process-context.ts';
import type { HeapAfterGc } from './heap-after-gc.ts';
import type { Instruments } from './instruments.ts';

const loopResolutionMs = 20;

type LoopDelay = ReturnType<typeof monitorEventLoopDelay>;

/** Memory, garbage collection, event loop and CPU of this process, until what it returns is disposed. */
export function measureProcess(instruments: Instruments, heap: HeapAfterGc, context: ProcessContext): Disposable {
  measureMemory(instruments, heap, context);
  measureStart(instruments, context);
  measureCpu(instruments);
  const delay = monitorEventLoopDelay({ resolution: loopResolutionMs });
  delay.enable();
  measureLoop(instruments, delay);
  return { [Symbol.dispose]: () => void delay.disable() };
}

function measureMemory(instruments: Instruments, heap: HeapAfterGc, context: ProcessContext): void {
  const bytes = (name: string, description: string, read: () => number) =>
    instruments.gauge({ name, unit: 'By', description }, read);
  bytes('clew.memory.heap_after_gc', 'Heap in use after the last full garbage collection.', () => heap.bytes);
  bytes('clew.memory.heap_used', 'Heap in use now, garbage included.', () => getHeapStatistics().used_heap_size);
  bytes(
    'clew.memory.heap_limit',
    'What may live in the heap: beyond it V8 ends the process.',
    () => context.heapLimitBytes,
  );
  bytes('clew.memory.external', 'Memory outside the heap that objects hold: buffers above all.', () => {
    return process.memoryUsage().external;
  });
  bytes(
    'clew.memory.limit',
    'What the system grants the process: of its control group, or of the machine.',
    () => context.systemLimitBytes ?? totalmem(),
  );
  bytes('process.memory.usage', 'Resident memory.', () => process.memoryUsage.rss());
  const pauses = { name: 'v8js.gc.duration', unit: 's', description: 'Pauses of garbage collection, by kind.' };
  instruments.series(pauses, () =>
    Object.entries(heap.pauses).map(([kind, histogram]) => ({ attributes: { 'v8js.gc.type': kind }, histogram })),
  );
}

function measureStart(instruments: Instruments, { start }: ProcessContext): void {
  const time = { name: 'clew.process.start_time', unit: 's', description: 'When it started, since 1970.' };
  instruments.gauge(time, () => performance.timeOrigin / 1_000);
  const kind = {
    name: 'clew.process.start',
    unit: '{start}',
    description: 'How the process before it ended, by kind.',
  };
  instruments.gauge(kind, () => (start.kind === undefined ? [] : [{ value: 1, attributes: { kind: start.kind } }]));
  const unclean = {
    name: 'clew.process.unclean_starts',
    unit: '{start}',
    description: 'Starts under this name after a process that did not stop in order, as Redis counts them.',
  };
  instruments.counter(unclean, () => start.uncleanStarts);
}

function measureCpu(instruments: Instruments): void {
  const time = { name: 'process.cpu.time', unit: 's', description: 'CPU time that the process used.' };
  instruments.counter(time, () => {
    const { user, system } = process.cpuUsage();
    return [
      { value: user / 1e6, attributes: { 'cpu.mode': 'user' } },
      { value: system / 1e6, attributes: { 'cpu.mode': 'system' } },
    ];
  });
  const uptime = { name: 'process.uptime', unit: 's', description: 'How long the process has run.' };
  instruments.gauge(uptime, () => process.uptime());
}

function measureLoop(instruments: Instruments, delay: LoopDelay): void {
  // Each reading tells of the time since the one before.
  let window = { p50: 0, p90: 0, p99: 0, max: 0 };
  instruments.beforeRead(async () => {
    const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - loopResolutionMs / 1_000);
    if (delay.count === 0) return;
    const at = (percentile: number) => late(delay.percentile(percentile));
    window = { p50: at(50), p90: at(90), p99: at(99), max: late(delay.max) };
    delay.reset();
  });
  for (const name of ['p50', 'p90', 'p99', 'max'] as const) {
    const description = `How late the event loop was, ${name} since the last reading.`;
    instruments.gauge({ name: `nodejs.eventloop.delay.${name}`, unit: 's', description }, () => window[name]);
  }
  const time = { name: 'nodejs.eventloop.time', unit: 's', description: 'What the event loop spent its time with.' };
  instruments.counter(time, () => {
    const { active, idle } = performance.eventLoopUtilization();
    return [
      { value: active / 1_000, attributes: { 'nodejs.eventloop.state': 'active' } },
      { value: idle / 1_000, attributes: { 'nodejs.eventloop.state': 'idle' } },
    ];
  });
}
