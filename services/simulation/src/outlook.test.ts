import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createWorld, defaultRules, partsOf, view, visibilityOf, type World } from '@clew/maze';
import { Scratch } from '@clew/service-kit/scratch';
import { Outlook } from './outlook.ts';
import { RegionEncoder } from './region-encoder.ts';

const rules = { ...defaultRules, seats: 30, baseSize: 12, floors: 2, regionSize: 3 };

/** A tick of a world that stands still. */
function shown(world: World): RegionEncoder {
  const encoder = new RegionEncoder(new Scratch());
  const visibility = visibilityOf(world.layout, rules.regionSize);
  const whole = view(world);
  encoder.begin(undefined, { view: whole, parts: partsOf(whole, visibility.regions), visibility });
  return encoder;
}

const seenIn = (outlook: Outlook, { visibility }: RegionEncoder) =>
  Array.from({ length: visibility.regions.count }, (_, at) => at + 1).filter((region) => outlook.isSeen(region));

suite('the outlook of an audience', () => {
  const world = createWorld({ seed: 5, rules });
  const encoder = shown(world);
  const sightOf = (seat: number) => encoder.visibility.seenFrom(encoder.regionOf(seat));

  test('tells once who sees what, and what of it is new', () => {
    const outlook = new Outlook();
    outlook.begin(encoder);
    const looker = { number: 7, seat: 3 };
    assert.deepEqual(outlook.look(looker, encoder, true), []);
    assert.deepEqual(outlook.sights(), [{ channels: [7], regions: sightOf(3) }]);
    assert.deepEqual(outlook.fresh(), sightOf(3));
    outlook.begin(encoder);
    assert.deepEqual(outlook.look(looker, encoder, false), []);
    assert.deepEqual([outlook.sights(), outlook.fresh()], [[], []]);
    outlook.begin(encoder);
    outlook.look(looker, encoder, true);
    assert.deepEqual([outlook.sights().length, outlook.fresh()], [1, sightOf(3)], 'who lost it is told again');
    assert.deepEqual(seenIn(outlook, encoder), sightOf(3));
  });

  test('counts what is seen as long as somebody sees it', () => {
    const outlook = new Outlook();
    outlook.begin(encoder);
    const [one, other] = [
      { number: 1, seat: 3 },
      { number: 2, seat: 9 },
    ];
    outlook.look(one, encoder, true);
    outlook.look(other, encoder, true);
    outlook.forget(one);
    outlook.forget(one);
    assert.deepEqual(seenIn(outlook, encoder), sightOf(9));
    outlook.forget(other);
    assert.deepEqual(seenIn(outlook, encoder), []);
  });

  test('says what went out of sight, and what came into it', () => {
    const moved = createWorld({ seed: 5, rules });
    const away = world.avatars.find(({ seat }) => !sightOf(3).some((region) => sightOf(seat).includes(region)))!;
    const { x, y, z } = away;
    Object.assign(moved.avatars[3]!, { x, y, z });
    const outlook = new Outlook();
    const looker = { number: 7, seat: 3 };
    outlook.begin(encoder);
    outlook.look(looker, encoder, true);
    const next = new RegionEncoder(new Scratch());
    const whole = { ...view(moved), layout: view(world).layout };
    const { visibility } = encoder;
    next.begin(undefined, { view: whole, parts: partsOf(whole, visibility.regions), visibility });
    outlook.begin(next);
    assert.deepEqual(outlook.look(looker, next, false), sightOf(3));
    assert.deepEqual(outlook.fresh(), sightOf(away.seat));
    assert.deepEqual(seenIn(outlook, next), sightOf(away.seat));
  });

  test('begins anew with another maze', () => {
    const outlook = new Outlook();
    const looker = { number: 7, seat: 3 };
    outlook.begin(encoder);
    outlook.look(looker, encoder, true);
    const other = shown(createWorld({ seed: 6, rules }));
    outlook.begin(other);
    assert.deepEqual(seenIn(outlook, other), []);
    outlook.look(looker, other, true);
    assert.deepEqual(seenIn(outlook, other), other.visibility.seenFrom(other.regionOf(3)));
  });
});
