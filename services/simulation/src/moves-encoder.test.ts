import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createWorld, delta, emptyRecord, type Figure, step, type View, view, type World } from '@clew/maze';
import { PlayResponse } from '@clew/protocol/clew/play/v1/play.ts';
import { Scratch } from '@clew/service-kit/scratch';
import fc from 'fast-check';
import { encodeMoves } from './moves-encoder.ts';
import { Shown } from './shown.ts';

const scratch = new Scratch();

/** As the general way makes it. */
function generated(base: View, next: View): Uint8Array {
  const region = { region: 0, ...delta(base, next), keyframe: false, hash: 0 };
  const header = { tick: next.tick, keyframe: false, durableTick: 0, viewHash: 0 };
  return PlayResponse.encode({ event: undefined, header, regions: [region], own: undefined, rows: [] }).finish();
}

function assertSame(shown: Shown, world: World): void {
  const bytes = encodeMoves(shown, world, scratch);
  assert.deepEqual(bytes && Buffer.from(bytes), Buffer.from(generated(shown.view(), view(world))));
}

const place = fc.integer({ min: 0, max: 100_000 });
const standing = fc.record({
  ...{ x: place, y: place, z: place, lastInput: fc.nat({ max: 0x7fff_ffff }) },
  heading: fc.nat({ max: 65_535 }),
});

suite('frames in which avatars only moved', () => {
  test('are what the general way makes, whoever moved and however far', () => {
    const walks = fc.array(fc.tuple(fc.boolean(), standing, standing), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(walks, fc.integer({ min: 1, max: 0xffff_fffe }), (steps, tick) => {
        const world = createWorld({ seed: 1, rules: { seats: steps.length } });
        for (const [seat, [, from]] of steps.entries()) Object.assign(world.avatars[seat]!, from);
        const shown = new Shown(world);
        for (const [seat, [moves, , to]] of steps.entries()) if (moves) Object.assign(world.avatars[seat]!, to);
        world.tick = tick;
        assertSame(shown, world);
        shown.show(world);
        assert.deepEqual(shown.view(), view(world));
      }),
    );
  });

  test('are nearly all of a match’s, and the others are told apart', () => {
    const rules = { seats: 8, levels: 2, baseSize: 6, startingTicks: 5, climbingTicksMax: 200, scoringTicks: 5 };
    const world = createWorld({ seed: 7, rules });
    const shown = new Shown(world);
    let moves = 0;
    for (let tick = 1; tick <= 200; tick++) {
      const base = view(world);
      assert.deepEqual(shown.view(), base);
      step(world, emptyRecord);
      const change = delta(base, view(world));
      const others = [change.avatars, change.avatarsGone, change.clews, change.clewsGone].flat().length;
      if (others > 0 || change.level !== undefined || change.layout !== undefined) {
        assert.equal(encodeMoves(shown, world, scratch), undefined);
      } else {
        assertSame(shown, world);
        moves++;
      }
      shown.show(world);
    }
    assert.ok(moves > 100);
  });

  const others: Record<string, (world: World, figure: Figure) => void> = {
    'somebody got points': (_, figure) => figure.points++,
    'somebody found a clew': (_, figure) => figure.clews++,
    'somebody looks different': (_, figure) => {
      figure.flags ^= 2;
    },
    'somebody arrived': (_, figure) => figure.arrival++,
    'somebody has another name': (_, figure) => {
      figure.displayName = 'Ariadne';
    },
    'a clew is gone': (world) => {
      world.clews = world.clews.slice(1);
    },
    'another phase began': (world) => {
      world.level = { ...world.level };
    },
    'another maze is there': (world) => {
      world.layout = { ...world.layout };
    },
  };
  for (const [what, change] of Object.entries(others)) {
    test(`are not those in which ${what}`, () => {
      const world = createWorld({ seed: 1, rules: { seats: 4 } });
      const shown = new Shown(world);
      world.tick++;
      change(world, world.avatars[2]!);
      assert.equal(encodeMoves(shown, world, scratch), undefined);
      shown.show(world);
      world.tick++;
      assertSame(shown, world);
    });
  }
});
