import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { bot, cellAt, centreOf, type Hands, Phase } from '@clew/maze';
import { MatchHost } from './fakes/match-host.ts';
import { Line, Network, seeded } from './fakes/network.ts';
import { InputLog } from './input-log.ts';
import { PlayedMatch } from './played-match.ts';
import { StatsBook } from './stats.ts';

/** A player in a match over a simulated network; time passes as the test says. */
function play(t: TestContext, options: { seed: number; oneWayMs: number; jitterMs: number; hands?: Handler }) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  t.diagnostic(`seed ${options.seed}`);
  const random = seeded(options.seed);
  const network = new Network();
  const up = new Line(network, random, options.oneWayMs, options.jitterMs);
  const down = new Line(network, random, options.oneWayMs, options.jitterMs);
  const host = new MatchHost({ seed: options.seed, rules: { startingTicks: 20 } });
  const book = new StatsBook();
  const match = new PlayedMatch({
    matchId: 'm-1',
    seat: 0,
    tickMs: 50,
    roundTripMs: options.oneWayMs * 2,
    now: () => network.nowMs,
    book,
    inputs: new InputLog(),
    send: (inputs) => up.send(() => host.receive(inputs, network.nowMs)),
    onTick: (_match, tick) => options.hands?.(match, tick),
  });
  t.after(() => match.close());
  const first = host.tick(network.nowMs);
  const keyframe = { ...host.keyframe(), own: first.own };
  down.send(() => match.frame(keyframe));
  let isFirst = true;
  const run = (milliseconds: number, each: (nowMs: number) => void = () => undefined) => {
    network.pass(network.nowMs + milliseconds, (nowMs) => {
      t.mock.timers.tick(1);
      if (nowMs % 50 === 0 && !isFirst) {
        const frame = host.tick(nowMs);
        down.send(() => match.frame(frame));
      }
      isFirst = false;
      each(nowMs);
    });
  };
  return { network, host, book, match, run };
}

type Handler = (match: PlayedMatch, tick: number) => void;

const botHands: Handler = (match) => {
  const view = match.predictedView;
  if (view !== undefined) match.setHands(bot(view, match.seat));
};

for (const seed of [1, 2, 3, 4]) {
  test(`a steady network needs no corrections once the clock has settled (seed ${seed})`, (t) => {
    const { run, book, host } = play(t, { seed, oneWayMs: 30, jitterMs: 0, hands: botHands });
    run(4_000);
    const settled = book.corrections;
    const late = host.late;
    run(20_000);
    assert.equal(host.late, late, 'no input was late');
    // A level's first tick and a clew's effects are the server's to tell; walking is not.
    assert.ok(book.corrections - settled <= 2, `${book.corrections - settled} corrections`);
    assert.equal(book.hashMismatches, 0);
    assert.equal(book.gaps, 0);
    assert.ok(host.avatar.points > 0 || host.world.tick > 300);
  });

  test(`an uneven network costs few and small corrections (seed ${seed})`, (t) => {
    const { run, book, host } = play(t, { seed, oneWayMs: 60, jitterMs: 40, hands: botHands });
    run(30_000);
    assert.ok(book.frames > 550);
    assert.ok(host.late <= book.inputs * 0.03, `${host.late} of ${book.inputs} inputs were late`);
    assert.ok(book.corrections <= book.frames * 0.05, `${book.corrections} corrections`);
    assert.ok(book.latencyMs.percentiles().p50 < 2 * 60 + 40 + 120);
  });
}

test('the own figure answers to the hands in the same moment, and the server agrees', (t) => {
  const { run, match, host, book } = play(t, { seed: 5, oneWayMs: 100, jitterMs: 0 });
  run(3_000);
  const before = match.sample()?.own;
  assert.ok(before !== undefined);
  match.setHands({ forward: 127, strafe: 0, heading: before.heading, buttons: 0 });
  const corrections = book.corrections;
  run(60); // less than the way to the server
  const soon = match.sample()?.own;
  assert.ok(soon !== undefined);
  assert.ok(Math.hypot(soon.x - before.x, soon.y - before.y) > 40, 'moved at once');
  assert.equal(host.avatar.x, before.x);
  assert.equal(host.avatar.y, before.y);
  run(5_000);
  assert.equal(book.corrections, corrections);
});

test('what is shown of the own figure never jumps while frames are late and inputs are lost', (t) => {
  const { run, match } = play(t, { seed: 6, oneWayMs: 50, jitterMs: 120, hands: botHands });
  run(2_000);
  let last = match.sample();
  let longest = 0;
  run(20_000, () => {
    const sample = match.sample();
    if (sample === undefined || last === undefined) return;
    if (sample.level === last.level) {
      longest = Math.max(longest, Math.hypot(sample.own.x - last.own.x, sample.own.y - last.own.y));
    }
    last = sample;
  });
  // Sprinting is under 4 units a millisecond; a correction of a whole tick fades at under 3.
  assert.ok(longest < 12, `${longest} units in a millisecond`);
});

test('others move smoothly between frames, and stop where the server stopped them', (t) => {
  const { run, match } = play(t, { seed: 7, oneWayMs: 40, jitterMs: 30 });
  run(3_000);
  const speeds: number[] = [];
  let last = match.sample()?.others;
  run(5_000, () => {
    const others = match.sample()?.others;
    others?.forEach((other, index) => {
      const before = last?.[index];
      if (before !== undefined) speeds.push(Math.hypot(other.x - before.x, other.y - before.y));
    });
    last = others;
  });
  assert.ok(Math.max(...speeds) < 8, `${Math.max(...speeds)} units in a millisecond`);
  assert.ok(speeds.filter((speed) => speed > 0).length > speeds.length / 3, 'somebody walks');
});

test('a match that stands still stops the own clock, and goes on without refused inputs', (t) => {
  const walk: Hands = { forward: 127, strafe: 0, heading: 0, buttons: 0 };
  const { run, match, host, network } = play(t, { seed: 8, oneWayMs: 20, jitterMs: 5 });
  run(2_000);
  match.setHands(walk);
  run(1_000);
  const standing = host.world.tick;
  let ahead = 0;
  network.pass(network.nowMs + 4_000, () => {
    t.mock.timers.tick(1);
    ahead = Math.max(ahead, (match.predictedView?.tick ?? 0) - standing);
  });
  assert.ok(ahead <= 9, `${ahead} ticks ahead of a match that stands still`);
  const late = host.late;
  run(3_000, () => match.setHands({ ...walk, heading: (network.nowMs * 13) & 0xffff }));
  assert.ok(host.late - late <= 3, `${host.late - late} late after the standstill`);
});

test('without a keyframe a gap is told, and a keyframe heals it without building the maze anew', (t) => {
  const { match, host, book } = play(t, { seed: 9, oneWayMs: 0, jitterMs: 0 });
  match.frame(host.keyframe());
  const layout = match.view?.layout;
  host.tick(0);
  assert.equal(match.frame(host.tick(0)), false);
  assert.equal(book.gaps, 1);
  assert.notEqual(match.gapAtMs, undefined);
  assert.equal(match.frame(host.keyframe()), true);
  assert.equal(match.gapAtMs, undefined);
  assert.equal(match.view?.tick, host.world.tick);
  assert.equal(match.view?.layout, layout);
});

test('a view that differs from the hash that came with it is counted', (t) => {
  const { match, host, book } = play(t, { seed: 10, oneWayMs: 0, jitterMs: 0 });
  const keyframe = host.keyframe();
  match.frame({ ...keyframe, header: { ...keyframe.header!, viewHash: keyframe.header!.viewHash ^ 1 } });
  assert.equal(book.hashMismatches, 1);
});

test('while the stream is lost nothing is sent, and the next keyframe goes on', (t) => {
  const { run, match, host, book } = play(t, { seed: 11, oneWayMs: 10, jitterMs: 0, hands: botHands });
  run(3_000);
  match.interrupt();
  const inputs = book.inputs;
  t.mock.timers.tick(500);
  assert.equal(book.inputs, inputs);
  match.frame(host.keyframe());
  run(1_000);
  assert.ok(book.inputs > inputs);
});

test('close ends the timer', (t) => {
  const { run, match, book } = play(t, { seed: 12, oneWayMs: 10, jitterMs: 0, hands: botHands });
  run(2_000);
  match.close();
  const inputs = book.inputs;
  t.mock.timers.tick(2_000);
  assert.equal(book.inputs, inputs);
  assert.equal(match.frame({ event: undefined, header: undefined, regions: [], own: undefined, rows: [] }), false);
});

test('a bot on the predicted view finds its way out', (t) => {
  const { run, match, host, book } = play(t, { seed: 13, oneWayMs: 25, jitterMs: 10, hands: botHands });
  for (let second = 0; second < 120 && book.levelsFinished === 0; second += 1) run(1_000);
  assert.equal(book.levelsFinished, 1);
  const { x, y, z } = host.avatar;
  if (host.world.level.phase === Phase.CLIMBING) assert.equal(cellAt(host.view.layout, x, y, z), host.view.layout.exit);
  assert.ok(centreOf(host.view.layout, host.view.layout.exit).x > 0);
  assert.equal(match.ranking.length, 8);
  assert.equal(match.sample()?.isRankingWhole, true);
});

test('what did not change from sample to sample is the same object', (t) => {
  const { run, match } = play(t, { seed: 14, oneWayMs: 10, jitterMs: 0 });
  run(500);
  const before = match.sample();
  run(500);
  const after = match.sample();
  assert.ok(before !== undefined && after !== undefined && after.tick > before.tick);
  assert.equal(after.layout, before.layout);
  assert.equal(after.clews, before.clews);
  assert.equal(after.ranking, before.ranking);
});

test('frames that come too late to show others by them are counted, and pictures for which there was none', (t) => {
  const { run, network, host, match, book } = play(t, { seed: 8, oneWayMs: 40, jitterMs: 20 });
  run(5_000);
  for (let picture = 0; picture < 60; picture += 1) {
    run(17);
    match.sample();
  }
  assert.equal(book.framesLate, 0);
  assert.deepEqual([book.samplesBetween, book.samplesHeld], [60, 0]);
  const held: ReturnType<typeof host.tick>[] = [];
  network.pass(network.nowMs + 500, (nowMs) => {
    t.mock.timers.tick(1);
    if (nowMs % 50 === 0) held.push(host.tick(nowMs));
    if (nowMs % 10 === 0) match.sample();
  });
  const { samplesHeld } = book;
  assert.equal(book.samplesBetween - 60 + samplesHeld, 50);
  assert.ok(
    samplesHeld > 20 && samplesHeld < 45,
    `${samplesHeld} of 50: the first are shown by what was there already`,
  );
  for (const frame of held) match.frame(frame);
  assert.ok(book.framesLate > 4 && book.framesLate < held.length, `${book.framesLate} of ${held.length}`);
});
