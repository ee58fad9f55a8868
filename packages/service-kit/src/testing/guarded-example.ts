import pino from 'pino';
import { MemoryGuard } from '../memory-guard.ts';
import { oldGenerationLimitBytes } from '../process-context.ts';
import { ServiceError } from '../service-error.ts';
import { HeapAfterGc } from '../telemetry/heap-after-gc.ts';
import { Instruments } from '../telemetry/instruments.ts';

/**
 * A process of a test of the memory guard: it takes in all who come, and keeps a kilobyte of each, until the guard refuses;
 * then most of them go, and it waits until it takes somebody in again. Each step is told on stdout.
 */
const guard = new MemoryGuard({
  heap: new HeapAfterGc(),
  heapLimitBytes: oldGenerationLimitBytes(process.execArgv.join(' ')),
  systemLimitBytes: undefined,
  shedAt: 0.8,
  log: pino({ level: 'silent' }),
  instruments: new Instruments(),
});
const kept: number[][] = [];
const tell = (step: string) => process.stdout.write(`${step}\n`);

/** As many as come in ten milliseconds. */
function takeIn(): void {
  for (let player = 0; player < 200; player += 1) {
    guard.admit();
    kept.push(Array.from({ length: 128 }, (_, index) => index + 0.5));
  }
}

const round = setInterval(() => {
  try {
    takeIn();
  } catch (error) {
    clearInterval(round);
    tell(`refused ${error instanceof ServiceError ? error.reason : String(error)} at ${guard.pressure.toFixed(2)}`);
    kept.length = 10;
    waitForRelief();
  }
}, 10);

/** Garbage is made on, as a process at work does: V8 collects when it is worth it. */
function waitForRelief(): void {
  const work = setInterval(() => {
    for (let garbage = 0; garbage < 200; garbage += 1) kept[0] = Array.from({ length: 128 }, () => 0.5);
    if (guard.isShedding) return;
    clearInterval(work);
    guard.admit();
    tell('taken in again');
    process.exit(0);
  }, 5);
}
