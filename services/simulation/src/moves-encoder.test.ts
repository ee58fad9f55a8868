import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type Avatar, createWorld, delta, emptyRecord, emptyView, step, type View, view } from '@clew/maze';
import { PlayResponse } from '@clew/protocol/clew/play/v1/play.ts';
import { Scratch } from '@clew/service-kit/scratch';
import fc from 'fast-check';
import { encodeMoves } from './moves-encoder.ts';

const scratch = new Scratch();

/** As the general way makes it. */
function generated(base: View, next: View): Uint8Array {
  const region = { region: 0, ...delta(base, next), keyframe: false, hash: 0 };
  const header = { tick: next.tick, keyframe: false, durableTick: 0, viewHash: 0 };
  return PlayResponse.encode({ event: undefined, header, regions: [region], own: undefined, rows: [] }).finish();
}

function assertSame(base: View, next: View): void {
  const bytes = encodeMoves(base, next, scratch);
  assert.deepEqual(bytes && Buffer.from(bytes), Buffer.from(generated(base, next)));
}

const avatar = (seat: number, more: Partial<Avatar> = {}): Avatar => ({
  ...{ seat, x: 0, y: 0, z: 0, heading: 0, lastInput: 0, points: 0, clews: 0, flags: 0, arrival: 0 },
  displayName: `Player ${seat}`,
  ...more,
});
const viewOf = (tick: number, avatars: readonly Avatar[]): View => ({ ...emptyView, tick, avatars });

const place = fc.integer({ min: 0, max: 100_000 });
const standing = fc.record({
  ...{ x: place, y: place, z: place, lastInput: fc.nat({ max: 0x7fff_ffff }) },
  heading: fc.nat({ max: 65_535 }),
});

suite('frames in which avatars only moved', () => {
  test('are what the general way makes, whoever moved and however far', () => {
    const walks = fc.array(fc.tuple(fc.boolean(), standing, standing), { maxLength: 100 });
    fc.assert(
      fc.property(walks, fc.integer({ min: 1, max: 0xffff_ffff }), (steps, tick) => {
        const base = steps.map(([, from], index) => avatar(index * 3, from));
        const next = steps.map(([moves, from, to], index) => avatar(index * 3, moves ? to : from));
        assertSame(viewOf(tick, base), viewOf(tick, next));
      }),
    );
  });

  test('are nearly all of a match’s, and the others are told apart', () => {
    const rules = { seats: 8, levels: 2, baseSize: 6, startingTicks: 5, climbingTicksMax: 200, scoringTicks: 5 };
    const world = createWorld({ seed: 7, rules });
    let base = view(world);
    let moves = 0;
    for (let tick = 1; tick <= 200; tick++) {
      step(world, emptyRecord);
      const next = view(world);
      const change = delta(base, next);
      const others = [change.avatars, change.avatarsGone, change.clews, change.clewsGone].flat().length;
      if (others > 0 || change.level !== undefined || change.layout !== undefined) {
        assert.equal(encodeMoves(base, next, scratch), undefined);
      } else {
        assertSame(base, next);
        moves++;
      }
      base = next;
    }
    assert.ok(moves > 100);
  });

  test('are not those in which an avatar came, went, or changed otherwise', () => {
    const base = viewOf(1, [avatar(0), avatar(2)]);
    for (const avatars of [
      [avatar(0)],
      [avatar(0), avatar(2), avatar(3)],
      [avatar(0), avatar(1)],
      [avatar(0), avatar(2, { points: 1 })],
      [avatar(0), avatar(2, { flags: 1 })],
      [avatar(0), avatar(2, { displayName: 'Ariadne' })],
    ]) {
      assert.equal(encodeMoves(base, viewOf(2, avatars), scratch), undefined);
    }
    assert.equal(encodeMoves(base, { ...base, clews: [{ id: 1, cell: 1 }] }, scratch), undefined);
    assert.equal(encodeMoves(base, { ...base, level: { ...base.level, number: 2 } }, scratch), undefined);
  });
});
