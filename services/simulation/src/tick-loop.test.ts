import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { PHASES, TickLoop } from './tick-loop.ts';

/** A loop whose time stands still unless a test moves it, and the phases that it ran. */
function fixture() {
  const ran: { phase: number; scheduledMs: number }[] = [];
  const state = { nowMs: 1_000, busyMs: 0, done: 0, idle: [] as number[] };
  const loop = new TickLoop({
    clock: () => state.nowMs,
    busy: () => state.busyMs,
    onPhase: (phase, scheduledMs) => ran.push({ phase, scheduledMs }),
    isIdle: (phase) => state.idle.includes(phase),
    onDone: () => state.done++,
  });
  return { loop, ran, state };
}

suite('the tick loop', () => {
  test('runs each phase every 50 ms, 10 ms apart', () => {
    const { loop, ran, state } = fixture();
    for (let ms = 0; ms < 100; ms++, state.nowMs++) loop.runDue();
    assert.deepEqual(
      ran,
      Array.from({ length: 10 }, (_, slot) => ({ phase: slot % PHASES, scheduledMs: 1_000 + slot * 10 })),
    );
    assert.equal(loop.report().ticks, 2);
  });

  test('tells how long it may sleep, by the schedule and not by when it woke', () => {
    const { loop, state } = fixture();
    assert.equal(loop.runDue(), 10);
    state.nowMs += 13.5;
    assert.equal(loop.runDue(), 6.5);
  });

  test('makes up for what is late, all at once', () => {
    const { loop, ran, state } = fixture();
    loop.runDue();
    state.nowMs += 200;
    loop.runDue();
    assert.equal(ran.length, 21);
    assert.equal(state.done, 2);
    assert.equal(loop.report().skipped, 0);
  });

  test('makes up for five ticks at most; the rest never happens, for every phase alike', () => {
    const { loop, ran, state } = fixture();
    loop.runDue();
    ran.length = 0;
    state.nowMs += 60_000;
    loop.runDue();
    assert.ok(ran.length <= 5 * PHASES && ran.length > 4 * PHASES, `${ran.length} phases`);
    assert.equal(ran[0]?.phase, 1, 'the phases come in turn');
    assert.equal(ran.at(-1)?.scheduledMs, 61_000);
    assert.equal(loop.report().skipped, 1_195);
  });

  test('tells how busy the process was in each 50 ms', () => {
    const { loop, state } = fixture();
    for (let slot = 0; slot < 50; slot++, state.nowMs += 10) {
      state.busyMs += 0.5;
      loop.runDue();
    }
    const { busyMsP50, busyMsMax } = loop.report();
    assert.deepEqual({ busyMsP50, busyMsMax }, { busyMsP50: 2.5, busyMsMax: 2.5 });
  });

  test('runs nothing once it was stopped', (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const { loop, ran, state } = fixture();
    loop.start();
    loop.stop();
    state.nowMs += 100;
    context.mock.timers.tick(100);
    assert.equal(ran.length, 1);
  });

  test('runs by itself from start to stop', async () => {
    let phases = 0;
    const four = Promise.withResolvers<void>();
    const loop = new TickLoop({
      clock: () => performance.now(),
      busy: () => 0,
      onPhase: () => {
        phases++;
        if (phases === 4) loop.stop();
      },
      isIdle: () => false,
      onDone: () => phases >= 4 && four.resolve(),
    });
    loop.start();
    await four.promise; // and the process can end: no timer is left
  });

  test('sleeps over phases that nobody plays in, but not over the beginning of a tick', () => {
    const { loop, ran, state } = fixture();
    state.idle.push(1, 2, 4);
    assert.equal(loop.runDue(), 30);
    state.nowMs += 30;
    assert.equal(loop.runDue(), 20);
    state.nowMs += 20;
    loop.runDue();
    assert.deepEqual(
      ran.map(({ phase, scheduledMs }) => [phase, scheduledMs]),
      [
        [0, 1_000],
        [3, 1_030],
        [0, 1_050],
      ],
    );
    state.idle.push(0, 3);
    assert.equal(loop.runDue(), 50);
    state.nowMs += 50;
    loop.runDue();
    assert.deepEqual([ran.length, state.done, loop.report().ticks], [3, 5, 2]);
  });
});
