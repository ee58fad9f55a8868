import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { seeded } from './fakes/network.ts';
import { TickClock } from './tick-clock.ts';

/** Frames every 50 ms with some delay; looks at the clock every 5 ms. */
function follow(seed: number, jitterMs: number, seconds: number, look: (clock: TickClock, nowMs: number) => void) {
  const random = seeded(seed);
  const clock = new TickClock(50, 60);
  const frames: { tick: number; atMs: number }[] = [];
  let lastMs = 0;
  for (let tick = 1; tick <= seconds * 20; tick += 1) {
    lastMs = Math.max(lastMs, tick * 50 + 30 + random() * jitterMs);
    frames.push({ tick, atMs: lastMs });
  }
  for (let nowMs = 0; nowMs < seconds * 1_000; nowMs += 5) {
    for (let frame = frames[0]; frame !== undefined && frame.atMs <= nowMs; frame = frames[0]) {
      clock.frame(frame.tick, frame.atMs);
      frames.shift();
    }
    look(clock, nowMs);
  }
  return clock;
}

test('both clocks never run backwards, and not much faster than time, whatever the jitter', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 0, max: 120 }), (seed, jitterMs) => {
      let own = 0;
      let others = 0;
      follow(seed, jitterMs, 10, (clock, nowMs) => {
        const nextOwn = clock.ownTick(nowMs);
        const nextOthers = clock.othersTick(nowMs);
        if (nowMs > 500) {
          assert.ok(nextOwn >= own && nextOthers >= others, 'backwards');
          assert.ok(nextOwn - own <= 0.1 * 1.1 + 1e-9);
          assert.ok(nextOthers - others <= 0.1 * 1.1 + 1e-9);
        }
        own = nextOwn;
        others = nextOthers;
      });
    }),
    { numRuns: 20 },
  );
});

test('others are shown so far in the past that there is nearly always a later frame', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 0, max: 100 }), (seed, jitterMs) => {
      let missing = 0;
      let looks = 0;
      let newest = 0;
      const clock = follow(seed, jitterMs, 20, (current, nowMs) => {
        newest = Math.max(newest, Math.floor((nowMs - 30 - jitterMs) / 50)); // all of these are here for sure
        if (nowMs < 4_000) return;
        looks += 1;
        if (current.othersTick(nowMs) > newest + 1) missing += 1;
      });
      assert.ok(missing <= looks * 0.05, `${missing} of ${looks}`);
      assert.ok(clock.delayMs <= 300);
    }),
    { numRuns: 20 },
  );
});

test('the lead widens for many late inputs, not for a few, and narrows when they are long ago', () => {
  const clock = new TickClock(50, 60);
  const isAbout = (value: number | undefined, wanted: number) =>
    assert.ok(Math.abs((value ?? 0) - wanted) < 2, `${value} instead of ${wanted}`);
  let late = 0;
  /** Seconds in which inputs take 60 ms there and back. */
  const run = (from: number, to: number) => {
    for (let tick = from * 20; tick < to * 20; tick += 1) {
      const nowMs = tick * 50;
      clock.frame(tick, nowMs);
      const leadMs = (clock.ownTick(nowMs) - tick) * 50;
      if (tick % 20 === 0) clock.margin(leadMs - 60, late, nowMs);
    }
  };
  /** Inputs that took 110 ms. */
  const slow = (inputs: number, atMs: number) => {
    late += inputs;
    clock.margin((clock.ownTick(atMs) - atMs / 50) * 50 - 110, late, atMs);
  };
  run(1, 20);
  isAbout(clock.leadMs, 80);
  slow(2, 19_960);
  run(20, 22);
  slow(2, 21_960);
  run(22, 24);
  isAbout(clock.leadMs, 80);
  slow(12, 23_960);
  isAbout(clock.leadMs, 130);
  isAbout(clock.roundTripMs, 60);
  run(24, 38);
  isAbout(clock.leadMs, 80);
});

test('a first guess that was far off is mended by the first report', () => {
  const clock = new TickClock(50, 5_000);
  clock.frame(1, 50);
  assert.ok(clock.leadMs <= 270);
  clock.margin(clock.leadMs - 8, 0, 60);
  assert.ok(clock.leadMs < 30, `${clock.leadMs}`);
});

test('the lead has a bound', () => {
  const clock = new TickClock(50, 0);
  clock.frame(100, 5_000);
  for (let nowMs = 6_000; nowMs < 60_000; nowMs += 1_000) clock.margin(-5_000, nowMs, nowMs);
  assert.equal(clock.leadMs, 500);
});

test('while no frames come the own clock stands still a few ticks ahead', () => {
  const clock = follow(1, 0, 5, () => undefined);
  const aheadTicks = clock.ownTick(60_000) - clock.ownTick(5_000);
  assert.ok(aheadTicks <= 6, `${aheadTicks}`);
  assert.ok(clock.ownTick(60_000) < 100 + clock.leadMs / 50 + 6);
});

test('a server that stood still moves the line within a few frames, one late frame does not', () => {
  const clock = new TickClock(50, 0);
  for (let tick = 1; tick <= 40; tick += 1) clock.frame(tick, tick * 50);
  const onTime = clock.msUntilFrame(100, 2_000);
  clock.frame(41, 41 * 50 + 300);
  assert.equal(clock.msUntilFrame(100, 2_000), onTime);
  for (let tick = 42; tick <= 50; tick += 1) clock.frame(tick, tick * 50 + 300);
  assert.equal(clock.msUntilFrame(100, 2_000), onTime + 300);
});

test('a match that goes back in time is followed', () => {
  const clock = new TickClock(50, 0);
  for (let tick = 1; tick <= 40; tick += 1) clock.frame(tick, tick * 50);
  clock.frame(10, 2_100);
  assert.ok(Math.abs(clock.ownTick(2_100) - 10) < 2);
});
