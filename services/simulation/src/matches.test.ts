import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createWorld, type JournalRecord, Phase, type Rules, SPRINT, SPRINT_SPEED, step, WALK_SPEED } from '@clew/maze';
import { Closed_Reason } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import { rowsOf } from '@clew/protocol/input-rows';
import { ServiceError } from '@clew/service-kit/service-error';
import { WAITING_MAX } from './input-queue.ts';
import { player, shortRules, TestMatches } from './testing/test-matches.ts';
import { PHASES } from './tick-loop.ts';

const refused = (reason: string) => (error: unknown) => error instanceof ServiceError && error.reason === reason;

/** What is written down of a match that threw. */
interface Failure {
  readonly seed: number;
  readonly rules: Rules;
  readonly tick: number;
  readonly journal: readonly JournalRecord[];
}

/** What a match must not hold any more once it is gone. */
function assertNothingLeft(world: TestMatches): void {
  for (const name of ['matches', 'seats', 'channels', 'input_lines', 'waiting_inputs', 'journal_ticks']) {
    assert.equal(world.size(`simulation.${name}`), 0, name);
  }
  assert.equal(world.orphans(), 0);
}

suite('a match', () => {
  test('is played to its end, shows the ranking, then closes its channels and is gone', async (context) => {
    const world = await TestMatches.open(context);
    const match = world.match();
    const edge = world.edge('edge-1');
    const seated = await world.attach(edge, 1, match.id, 1);
    await world.until(() => seated.view.level.phase === Phase.FINISHED);
    const finishedTick = seated.view.tick;
    assert.equal(match.state.kind, 'finished');
    await world.until(() => seated.closed !== undefined);
    assert.equal(seated.closed, Closed_Reason.REASON_MATCH_ENDED);
    assert.equal(seated.view.tick - finishedTick, 10, 'the ranking stood for 500 ms');
    assert.equal(seated.mismatches, 0);
    assert.deepEqual(world.gone, [match]);
    assertNothingLeft(world);
  });

  test('that is gone is not ticked any more', async (context) => {
    const world = await TestMatches.open(context);
    const [first, second] = [world.match(1, 'm-1'), world.match(1, 'm-2')];
    for (const match of [first, second]) world.matches.end(match, Closed_Reason.REASON_MATCH_FAILED);
    const before = world.counters.get('simulation.ticks');
    world.pass(3);
    assert.equal(world.counters.get('simulation.ticks'), before);
  });

  test('without any player is over at once, and leaves nothing', async (context) => {
    const world = await TestMatches.open(context);
    const match = world.match(2);
    const edge = world.edge('edge-1');
    await world.attach(edge, 1, match.id, 1);
    await world.attach(edge, 2, match.id, 2);
    world.pass(3);
    edge.send({ detaches: [{ channel: 1, leave: true }] });
    await world.until(() => match.seating.taken === 1);
    assert.equal(match.state.kind, 'running');
    edge.send({ detaches: [{ channel: 2, leave: true }] });
    await world.settle(() => match.seating.taken === 0);
    world.pass();
    assert.equal(match.state.kind, 'over');
    assert.deepEqual(world.gone, [match]);
    assertNothingLeft(world);
  });

  test('whose players never come is over when the reservations are', async (context) => {
    const world = await TestMatches.open(context);
    world.match(2);
    world.nowMs += 9_000;
    world.pass(2);
    assert.equal(world.matches.size, 1);
    world.nowMs += 2_000;
    world.pass(20);
    assert.equal(world.matches.size, 0);
    assertNothingLeft(world);
  });

  test('goes on without its players while their sessions may live', async (context) => {
    const world = await TestMatches.open(context);
    const match = world.match();
    const edge = world.edge('edge-1');
    await world.attach(edge, 1, match.id, 1);
    edge.send({ detaches: [{ channel: 1, leave: false }] });
    await world.settle(() => match.seating.seats[0]?.state.kind === 'detached');
    const { tick } = match.world;
    world.pass(10);
    assert.equal(match.world.tick, tick + 10);
    const again = await world.attach(edge, 2, match.id, 1);
    assert.equal(again.seat, 0);
    await world.until(() => again.deltas > 0);
    assert.equal(again.keyframes, 1);
  });

  test('tells its ticks from the same memory again and again (M3)', async (context) => {
    const world = await TestMatches.open(context, { rules: { ...shortRules, climbingTicksMax: 10_000 } });
    const match = world.match();
    const seated = await world.attach(world.edge('edge-1'), 1, match.id, 1);
    await world.until(() => seated.deltas > 200);
    const { byteOffset } = world.scratch.finish(); // how far it was written
    assert.ok(byteOffset > 0 && byteOffset < 500, `${byteOffset} bytes`);
  });

  test('that throws ends alone, and what it came from is written down, to be played again', async (context) => {
    const world = await TestMatches.open(context);
    const told: { failure?: Failure }[] = [];
    world.log.error = (line: object) => told.push(line);
    const broken = world.match(1, 'm-1');
    const sound = world.match(1, 'm-2');
    const edge = world.edge('edge-1');
    const unlucky = await world.attach(edge, 1, broken.id, 1);
    const lucky = await world.attach(edge, 2, sound.id, 1);
    world.pass(3);
    (broken.world as { layout: unknown }).layout = undefined;
    await world.until(() => unlucky.closed !== undefined);
    assert.equal(unlucky.closed, Closed_Reason.REASON_MATCH_FAILED);
    assert.equal(world.counters.get('simulation.matches_failed'), 1);
    assert.deepEqual(world.gone, [broken]);
    const failure = told[0]?.failure ?? assert.fail('nothing is told of the failure');
    assert.equal(failure.journal.length, failure.tick);
    const replayed = createWorld(failure);
    for (const record of failure.journal.slice(0, -1)) step(replayed, record);
    assert.equal(replayed.tick, failure.tick - 1);
    assert.equal(replayed.avatars[0]!.displayName, player(1).displayName);
    const { deltas } = lucky;
    await world.until(() => lucky.deltas > deltas + 3);
    assert.equal(lucky.closed, undefined);
    assert.equal(lucky.mismatches, 0);
  });

  test('does what hands did in the tick they meant, and tells how early they came', async (context) => {
    const world = await TestMatches.open(context, { rules: { ...shortRules, startingTicks: 1_000 } });
    const match = world.match();
    const edge = world.edge('edge-1');
    const seated = await world.attach(edge, 1, match.id, 1);
    await world.until(() => seated.deltas >= 2);
    const { tick } = match.world;
    const inputs = [3, 5].map((ahead, index) => ({
      sequence: index + 1,
      tick: tick + ahead,
      forward: 0,
      strafe: 0,
      heading: 1_000 * ahead,
      buttons: 0,
    }));
    edge.send({ inputs: rowsOf(1, inputs) });
    await world.settle(() => world.size('simulation.waiting_inputs') === 2);
    world.pass(2);
    assert.equal(match.world.avatars[0]?.lastInput, 0);
    world.pass(1);
    assert.equal(match.world.avatars[0]?.heading, 3_000);
    world.pass(2);
    assert.equal(match.world.avatars[0]?.heading, 5_000);
    await world.until(() => seated.margin !== undefined);
    assert.deepEqual(seated.margin, { marginMs: 210, late: 0 });
    edge.send({ inputs: rowsOf(1, [{ ...inputs[1]!, sequence: 3, tick: tick + 1 }], 7) });
    await world.settle(() => world.size('simulation.waiting_inputs') === 1);
    const late = match.world.tick - tick - 1;
    world.pass(1);
    await edge.until(() => seated.margin?.late === 1);
    assert.equal(seated.margin?.marginMs, 7 + 10 - 50 * (late + 1), 'the edge had held it back for 7 ms');
  });

  test('moves nobody by more than a step in a tick, holds few inputs and lets others be, however much somebody sends', async (context) => {
    const rules = { ...shortRules, baseSize: 8, startingTicks: 1, climbingTicksMax: 10_000 };
    const world = await TestMatches.open(context, { rules });
    const match = world.match(2);
    const edge = world.edge('edge-1');
    const [greedy, modest] = [await world.attach(edge, 1, match.id, 1), await world.attach(edge, 2, match.id, 2)];
    await world.until(() => greedy.view.level.phase === Phase.CLIMBING && modest.deltas > 0);
    let [sequence, farthest, moved] = [0, 0, 0];
    for (let turn = 0; turn < 40; turn++) {
      const { tick, avatars } = match.world;
      const input = (ahead: number) => {
        sequence += 1;
        return {
          sequence,
          tick: tick + ahead,
          forward: 127,
          strafe: 0,
          heading: 16_384 * (turn >> 3),
          buttons: SPRINT,
        };
      };
      // Some for this tick, which is too late, many for the next, and more for later ones than anybody keeps.
      const greed = [0, 1, 1, 1, 2, 3].flatMap((ahead) => Array.from({ length: 8 }, () => input(ahead)));
      const own = { ...input(1), sequence: turn + 1 };
      edge.send({ inputs: [...rowsOf(1, greed), ...rowsOf(2, [own])] });
      await world.settle(() => match.seating.seats[1]!.channel!.inputs.size === 1);
      assert.equal(match.seating.seats[0]!.channel!.inputs.size, WAITING_MAX);
      const [before] = avatars.map(({ x, y, z }) => ({ x, y, z }));
      world.pass();
      const [after, other] = match.world.avatars;
      const distance = Math.hypot(after!.x - before!.x, after!.y - before!.y, after!.z - before!.z);
      farthest = Math.max(farthest, distance);
      moved += Math.sign(distance);
      assert.equal(other!.lastInput, turn + 1);
    }
    assert.ok(moved > 10 && farthest > WALK_SPEED, `${moved} times, ${farthest} at most`);
    assert.ok(farthest <= SPRINT_SPEED + 1, `${farthest} units`);
    assert.ok(world.counters.get('simulation.inputs_full') > 0);
  });

  test('shows a way that glows to the seat that found the clew, again with every keyframe, until it goes out', async (context) => {
    const world = await TestMatches.open(context, { rules: { ...shortRules, climbingTicksMax: 10_000 } });
    const match = world.match(2);
    const edge = world.edge('edge-1');
    const finder = await world.attach(edge, 1, match.id, 1);
    const other = await world.attach(edge, 2, match.id, 2);
    await world.until(() => finder.view.level.phase === Phase.CLIMBING);
    const avatar = match.world.avatars[0]!;
    const glow = { cells: [1, 2, 3], endTick: match.world.tick + 30 };
    avatar.glow = glow;
    await world.until(() => finder.glow !== undefined);
    assert.deepEqual(finder.glow, glow);
    edge.miss(1);
    await world.until(() => finder.keyframes === 2);
    assert.deepEqual(finder.glow, glow);
    await world.until(() => match.world.tick > glow.endTick + 1);
    await world.until(() => finder.glow?.cells.length === 0);
    assert.equal(other.glow, undefined);
  });
});

suite('matches', () => {
  test('are spread evenly over the phases of the tick', async (context) => {
    const rules = { ...shortRules, seats: 64 };
    const world = await TestMatches.open(context, { rules, matchesMax: 30 });
    assert.deepEqual(matchesPerPhase(world, 30), [6, 6, 6, 6, 6]);
  });

  test('share a phase while they are few', async (context) => {
    const world = await TestMatches.open(context, { rules: { ...shortRules, seats: 64 } });
    assert.deepEqual(matchesPerPhase(world, 6), [4, 0, 2, 0, 0]);
    assert.deepEqual(
      [0, 1, 2].map((phase) => world.matches.isIdle(phase)),
      [false, true, false],
    );
  });

  test('of a thousand seats have a phase each', async (context) => {
    const world = await TestMatches.open(context, { rules: { ...shortRules, seats: 1_000 } });
    assert.deepEqual(matchesPerPhase(world, 3), [1, 0, 1, 0, 1]);
  });

  test('are made once per id, under the highest epoch', async (context) => {
    const world = await TestMatches.open(context);
    const match = world.match();
    assert.equal(world.matches.create(match.id, 9, [player(1)]), match);
    assert.equal(match.epoch, 9);
    world.matches.create(match.id, 3, [player(1)]);
    assert.equal(match.epoch, 9);
    assert.equal(match.seating.taken, 1);
  });

  test('are bounded', async (context) => {
    const world = await TestMatches.open(context, { matchesMax: 2 });
    world.match(1, 'm-1');
    world.match(1, 'm-2');
    assert.throws(() => world.match(1, 'm-3'), refused('SIMULATION_FULL'));
    assert.equal(world.matches.size, 2);
  });

  test('have as many seats as the rules say', async (context) => {
    const world = await TestMatches.open(context);
    assert.throws(() => world.match(5), refused('MATCH_FULL'));
    assert.equal(world.matches.size, 0);
    const match = world.match(3);
    assert.throws(() => world.matches.reserve(match.id, [player(8), player(9)]), refused('MATCH_FULL'));
    assert.equal(match.seating.free, 1);
    world.matches.reserve(match.id, [player(8)]);
    assert.throws(() => world.matches.reserve('m-nowhere', [player(8)]), refused('MATCH_UNKNOWN'));
  });

  test('take nobody any more while the process drains', async (context) => {
    const world = await TestMatches.open(context);
    const match = world.match();
    world.matches.drain();
    assert.throws(() => world.match(1, 'm-2'), refused('SIMULATION_DRAINING'));
    assert.throws(() => world.matches.reserve(match.id, [player(2)]), refused('SIMULATION_DRAINING'));
    assert.deepEqual(world.matches.open(), []);
    world.pass(3);
    assert.equal(match.world.tick, 3, 'they play on');
  });

  test('are open while it makes sense to drop in', async (context) => {
    const rules = { ...shortRules, levels: 2, baseSize: 12 };
    const world = await TestMatches.open(context, { rules });
    const match = world.match(3);
    const edge = world.edge('edge-1');
    await world.attach(edge, 1, match.id, 1);
    const open = () => world.matches.open();
    assert.deepEqual(open(), [{ matchId: match.id, seats: 1 }]);
    world.matches.reserve(match.id, [player(4)]);
    assert.deepEqual(open(), [], 'it is full');
    match.seating.evict(match.seating.seatOf(player(4).playerId)!, Closed_Reason.REASON_SEAT_UNKNOWN);
    const last: boolean[] = [];
    while (match.isLive) {
      world.pass();
      const { number, phase } = match.world.level;
      if (number === 1) assert.equal(open().length, 1);
      if (number === 2 && phase === Phase.CLIMBING) last.push(open().length === 1);
      if (number === 2 && phase > Phase.CLIMBING) assert.equal(open().length, 0);
    }
    assert.deepEqual(last, [...last].sort().reverse(), 'open at first, then not any more');
    assert.equal(last[0], true);
    assert.equal(last.at(-1), false);
  });

  test('are told of in bounded number', async (context) => {
    const world = await TestMatches.open(context, { matchesMax: 70 });
    for (let number = 1; number <= 70; number++) world.match(1, `m-${number}`);
    assert.equal(world.matches.open().length, 64);
  });

  test('end all when the process stops, and their edges are told', async (context) => {
    const world = await TestMatches.open(context);
    const match = world.match();
    const edge = world.edge('edge-1');
    const seated = await world.attach(edge, 1, match.id, 1);
    world.matches.endAll(Closed_Reason.REASON_MATCH_FAILED);
    await world.trunks.stop(1_000);
    assert.equal(seated.closed, Closed_Reason.REASON_MATCH_FAILED);
    assert.deepEqual(world.gone, [match]);
    assertNothingLeft(world);
  });
});

/** How many of so many matches tick in each phase. */
function matchesPerPhase(test: TestMatches, count: number): number[] {
  const made = Array.from({ length: count }, (_, index) => test.match(1, `m-${index}`));
  const ticked = () => made.filter(({ world }) => world.tick === 1).length;
  return Array.from({ length: PHASES }, (_, phase) => {
    const before = ticked();
    test.matches.tickPhase(phase, test.nowMs);
    return ticked() - before;
  });
}
