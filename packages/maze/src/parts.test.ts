import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { contentDelta, delta } from './delta.ts';
import { hashContent } from './hash.ts';
import { emptyRecord } from './journal.ts';
import { cellAt } from './layout.ts';
import { applyRegions, contentOf, type Known, nothingKnown, type Parts, partsOf, type RegionDelta } from './parts.ts';
import { eachRow, type Rows, RowsDraft } from './rows.ts';
import { step } from './step.ts';
import { type View, view } from './view.ts';
import { visibilityOf } from './visibility.ts';
import { createWorld } from './world.ts';

const rules = {
  seats: 40,
  levels: 1,
  baseSize: 10,
  floors: 2,
  regionSize: 2,
  startingTicks: 1,
  climbingTicksMax: 1_000,
};

const idle = { layout: undefined, level: undefined, moves: undefined };
const nothing = { avatars: [], clews: [] };

/** What of a view is in some regions, found anew. */
function visible(whole: View, ofCell: Uint16Array, seen: readonly number[]): View {
  const { layout } = whole;
  return {
    ...whole,
    avatars: whole.avatars.filter(({ x, y, z }) => seen.includes(ofCell[cellAt(layout, x, y, z)]!)),
    clews: whole.clews.filter(({ cell }) => seen.includes(ofCell[cell]!)),
  };
}

function regionDelta(region: number, base: Parts | undefined, next: Parts, rows: RowsDraft): RegionDelta {
  const before = { avatars: base?.avatars[region] ?? [], clews: base?.clews[region] ?? [] };
  const after = { avatars: next.avatars[region] ?? [], clews: next.clews[region] ?? [] };
  return { region, keyframe: base === undefined, ...idle, ...contentDelta(before, after, rows) };
}

test('who gets the changes of the regions that he sees knows what is in them, and nothing else, tick by tick', () => {
  let comings = 0;
  let goings = 0;
  fc.assert(
    fc.property(fc.maxSafeNat(), (seed) => {
      const world = createWorld({ seed, rules });
      const { regions, seenFrom } = visibilityOf(world.layout, rules.regionSize);
      const players = [0, 7, 23].map((seat) => {
        return { seat, seen: [] as readonly number[], known: nothingKnown };
      });
      let before = { view: view(world), parts: partsOf(view(world), regions) };
      for (let tick = 1; tick <= 300; tick++) {
        step(world, emptyRecord);
        const whole = view(world);
        const parts = partsOf(whole, regions, before);
        for (const player of players) {
          const own = world.avatars[player.seat]!;
          const seen = seenFrom(regions.ofCell[cellAt(whole.layout, own.x, own.y, own.z)]!);
          const rows = new RowsDraft();
          const changes = seen.map((region) =>
            regionDelta(region, player.seen.includes(region) ? before.parts : undefined, parts, rows),
          );
          const gone = player.seen.filter((region) => !seen.includes(region));
          const common = {
            ...{ region: 0, keyframe: false },
            ...delta(player.known.view, { ...player.known.view, layout: whole.layout, level: whole.level }),
          };
          player.known = applyRegions(player.known, tick, [...changes, common].reverse(), gone, rows.rows);
          if (gone.length > 0) goings++;
          if (changes.some(({ keyframe }) => keyframe)) comings++;
          player.seen = seen;
          assert.deepEqual(player.known.view, visible(whole, regions.ofCell, seen), `tick ${tick}`);
          const region = seen[tick % seen.length]!;
          const part = { avatars: parts.avatars[region] ?? [], clews: parts.clews[region] ?? [] };
          assert.equal(hashContent(tick, contentOf(player.known, region)), hashContent(tick, part));
        }
        before = { view: whole, parts };
      }
    }),
    { numRuns: 8 },
  );
  assert.ok(comings > 100 && goings > 100, `${comings} times something came into sight, ${goings} times it left`);
});

test('what did not change stays the same object', () => {
  const world = createWorld({ seed: 4, rules });
  const whole = view(world);
  const known: Known = {
    view: whole,
    avatarRegions: whole.avatars.map(() => 1),
    clewRegions: whole.clews.map(() => 1),
  };
  const same = { region: 1, keyframe: false, ...idle, ...contentDelta(nothing, nothing, new RowsDraft()) };
  const after = applyRegions(known, 1, [same], [], []);
  assert.equal(after.view.avatars, whole.avatars);
  assert.equal(after.view.clews, whole.clews);
  const moved = applyRegions(known, 1, [], [], [5 * 16 + 1, 3, -4]);
  assert.equal(moved.view.avatars[4], whole.avatars[4]);
  assert.equal(moved.view.avatars[5]!.x, whole.avatars[5]!.x + 3);
  assert.equal(moved.view.avatars[5]!.y, whole.avatars[5]!.y - 4);
  assert.equal(moved.view.clews, whole.clews);
  const again = partsOf(whole, visibilityOf(whole.layout, 2).regions, undefined);
  const next = { ...whole, avatars: [...whole.avatars] };
  const second = partsOf(next, visibilityOf(whole.layout, 2).regions, { view: whole, parts: again });
  assert.equal(second.clews, again.clews);
});

test('rows of seats that are not known, and rows that break off, change nothing else', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 40 }), (rows: Rows) => {
      const { avatars } = view(createWorld({ seed: 4, rules: { ...rules, seats: 3 } }));
      const seats: number[] = [];
      eachRow(
        rows,
        (seat) => avatars.find((avatar) => avatar.seat === seat),
        ({ seat }) => seats.push(seat),
      );
      assert.ok(seats.every((seat) => seat < 3));
    }),
  );
});
