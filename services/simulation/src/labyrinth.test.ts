import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { cellAt, defaultRules, type View, view, visibilityOf, type World } from '@clew/maze';
import { PlayResponse } from '@clew/protocol/clew/play/v1/play.ts';
import type { Player } from './testing/fake-edge.ts';
import { TestMatches } from './testing/test-matches.ts';

const rules = {
  ...defaultRules,
  seats: 60,
  levels: 1,
  baseSize: 12,
  floors: 2,
  regionSize: 3,
  startingTicks: 2,
  climbingTicksMax: 5_000,
  afterArrivalTicks: 5_000,
};

/** What of a world can be seen from where a seat's avatar stands. */
function visibleFrom(world: Readonly<World>, seat: number): { view: View; hidden: View } {
  const whole = view(world);
  const { layout } = whole;
  const { regions, seenFrom } = visibilityOf(layout, world.rules.regionSize);
  const regionOf = ({ x, y, z }: { x: number; y: number; z: number }) => regions.ofCell[cellAt(layout, x, y, z)]!;
  const seen = seenFrom(regionOf(whole.avatars[seat]!));
  const part = (isIn: boolean): View => ({
    ...whole,
    avatars: whole.avatars.filter((avatar) => seen.includes(regionOf(avatar)) === isIn),
    clews: whole.clews.filter(({ cell }) => seen.includes(regions.ofCell[cell]!) === isIn),
  });
  return { view: part(true), hidden: part(false) };
}

const seatOf = (player: Player) => player.seat ?? assert.fail('no seat');

suite('a match that is divided into regions', () => {
  test('shows each player what can be seen from where he stands, tick by tick', async (context) => {
    const test = await TestMatches.open(context, { rules });
    const edge = test.edge('edge-1');
    const match = test.match(3);
    const players = [1, 2, 3].map((number) => test.attach(edge, number, 'm-1', number));
    const seated = await Promise.all(players);
    const known = new Set<number>();
    for (let tick = 0; tick < 120; tick++) {
      test.pass();
      await test.settle(() => seated.every((player) => player.view.tick === match.world.tick));
      for (const player of seated) {
        assert.deepEqual(player.view, visibleFrom(match.world, seatOf(player)).view);
        known.add(player.view.avatars.length);
      }
    }
    assert.ok(known.size > 3, 'people come into sight and leave it');
    assert.deepEqual(
      seated.map(({ keyframes, mismatches }) => ({ keyframes, mismatches })),
      seated.map(() => ({ keyframes: 1, mismatches: 0 })),
    );
  });

  test('tells nobody of what he cannot see: it is not in the bytes', async (context) => {
    const test = await TestMatches.open(context, { rules });
    const edge = test.edge('edge-1');
    const match = test.match(1);
    const player = await test.attach(edge, 1, 'm-1', 1);
    let hidden = 0;
    for (let tick = 0; tick < 120; tick++) {
      const before = tick === 0 ? undefined : visibleFrom(match.world, seatOf(player)).view;
      test.pass();
      await test.settle(() => player.view.tick === match.world.tick);
      const { view: seen, hidden: unseen } = visibleFrom(match.world, seatOf(player));
      const { regions, rows } = PlayResponse.decode(player.bytes);
      const told = [...regions.flatMap(({ avatars }) => avatars.map(({ seat }) => seat)), ...seatsIn(rows)];
      const clews = regions.flatMap(({ clews }) => clews.map(({ id }) => id));
      assert.deepEqual(
        told.filter((seat) => !seen.avatars.some((avatar) => avatar.seat === seat)),
        [],
      );
      assert.deepEqual(
        clews.filter((id) => !seen.clews.some((clew) => clew.id === id)),
        [],
      );
      const gone = regions.flatMap(({ avatarsGone }) => avatarsGone);
      assert.ok(gone.every((seat) => before?.avatars.some((avatar) => avatar.seat === seat)));
      for (const { displayName } of unseen.avatars) {
        if (seen.avatars.some((avatar) => avatar.displayName.includes(displayName))) continue;
        assert.ok(!player.bytes.includes(displayName), `${displayName} is hidden`);
        hidden++;
      }
    }
    assert.ok(hidden > 500);
  });

  test('sends an edge only regions that one of its players sees, each once', async (context) => {
    const test = await TestMatches.open(context, { rules });
    const edge = test.edge('edge-1');
    const match = test.match(9);
    const players: Player[] = [];
    for (let number = 1; number <= 9; number++) players.push(await test.attach(edge, number, 'm-1', number));
    await test.until(() => players.every(({ view }) => view.tick > 30));
    const seenBy = (...lookers: Player[]) => new Set(lookers.flatMap(({ sight }) => sight));
    const last = () => edge.responses.findLast(({ frames }) => frames.length > 0)?.frames.at(-1);
    const told = last()?.regionDeltas?.regions ?? [];
    assert.ok(told.length > 2);
    assert.deepEqual([...new Set(told)], told);
    assert.ok(told.every((region) => seenBy(...players).has(region)));
    edge.send({ detaches: players.slice(1).map((_, index) => ({ channel: index + 2, leave: false })) });
    await test.settle(() => test.size('simulation.channels') === 1);
    const { tick } = match.world;
    await test.until(() => players[0]!.view.tick > tick + 60);
    const later = edge.responses.flatMap(({ frames }) => frames).filter((frame) => frame.tick > tick);
    const sent = new Set(later.flatMap(({ regionDeltas }) => regionDeltas?.regions ?? []));
    assert.ok(sent.size > 2);
    for (const region of sent) assert.ok(seenBy(players[0]!).has(region), `${region} is seen by nobody any more`);
  });

  test('gives whoever missed frames all that he sees', async (context) => {
    const test = await TestMatches.open(context, { rules });
    const edge = test.edge('edge-1');
    const match = test.match(2);
    const player = await test.attach(edge, 1, 'm-1', 1);
    const other = await test.attach(edge, 2, 'm-1', 2);
    await test.until(() => player.view.tick > 30);
    edge.miss(1);
    await test.until(() => player.keyframes === 2);
    await test.settle(() => player.view.tick === match.world.tick && other.view.tick === match.world.tick);
    assert.deepEqual(player.view, visibleFrom(match.world, seatOf(player)).view);
    assert.deepEqual(other.view, visibleFrom(match.world, seatOf(other)).view);
    assert.deepEqual([player.mismatches, other.keyframes, other.mismatches], [0, 1, 0]);
  });

  test('tells nobody of anything before it is known what he can see', async (context) => {
    const test = await TestMatches.open(context, { rules: { ...rules, baseSize: 64, floors: 3, regionSize: 4 } });
    const edge = test.edge('edge-1');
    const match = test.match(1);
    const player = await test.attach(edge, 1, 'm-1', 1);
    test.pass(3);
    await test.until(() => player.keyframes > 0);
    const { tick } = player.view;
    assert.ok(tick > 5, `the first frame is of tick ${tick}`);
    await test.settle(() => player.view.tick === match.world.tick);
    assert.deepEqual(player.view, visibleFrom(match.world, seatOf(player)).view);
    assert.deepEqual([player.keyframes, player.mismatches], [1, 0]);
  });

  test('begins anew with each maze', async (context) => {
    const short = { ...rules, levels: 3, climbingTicksMax: 20, scoringTicks: 5 };
    const test = await TestMatches.open(context, { rules: short });
    const edge = test.edge('edge-1');
    const match = test.match(1);
    const player = await test.attach(edge, 1, 'm-1', 1);
    while (match.world.level.number < 3) {
      test.pass();
      await test.settle(() => player.view.tick === match.world.tick);
      assert.deepEqual(player.view, visibleFrom(match.world, seatOf(player)).view);
    }
    assert.deepEqual([player.keyframes, player.mismatches], [3, 0]);
  });
});

/** The seats that rows tell of; see PlayResponse.rows. */
function seatsIn(rows: readonly number[]): number[] {
  const seats: number[] = [];
  for (let at = 0; at < rows.length; ) {
    const head = rows[at]!;
    seats.push(head >> 4);
    at += 1 + (head & 1 ? 2 : 0) + ((head >> 1) & 1) + ((head >> 2) & 1) + ((head >> 3) & 1);
  }
  return seats;
}
