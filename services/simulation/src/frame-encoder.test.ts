import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { apply, createWorld, emptyRecord, emptyView, hashView, step, type View, view } from '@clew/maze';
import { PlayResponse } from '@clew/protocol/clew/play/v1/play.ts';
import { Scratch } from '@clew/service-kit/scratch';
import { FrameEncoder } from './frame-encoder.ts';
import { Shown } from './shown.ts';

/** What a player makes of a frame. */
function applied(base: View, bytes: Uint8Array): View {
  const { header, regions } = PlayResponse.decode(bytes);
  assert.ok(header);
  assert.equal(regions.length, 1);
  const [region] = regions;
  assert.ok(region);
  const next = apply(header.keyframe ? emptyView : base, region, header.tick);
  if (header.viewHash !== 0) assert.equal(header.viewHash, hashView(next));
  return next;
}

suite('the frame encoder', () => {
  test('writes what players put together again, tick by tick, through whole levels', () => {
    const encoder = new FrameEncoder(new Scratch());
    const rules = { seats: 8, levels: 3, baseSize: 6, startingTicks: 5, climbingTicksMax: 60, scoringTicks: 5 };
    const world = createWorld({ seed: 7, rules });
    let shown: Shown | undefined;
    let known = emptyView;
    for (let tick = 1; tick <= 250; tick++) {
      const joins = tick === 10 ? [{ seat: 2, displayName: 'Ariadne ✦' }] : [];
      step(world, { ...emptyRecord, joins });
      const next = view(world);
      encoder.beginMatch(shown, world);
      known = tick === 1 ? applied(known, encoder.keyframe()) : applied(known, encoder.delta());
      assert.deepEqual(known, next);
      assert.deepEqual(applied(emptyView, encoder.keyframe()), next);
      const { header } = PlayResponse.decode(encoder.delta());
      assert.equal(header?.viewHash !== 0, tick % 20 === 0);
      shown ??= new Shown(world);
      shown.show(world);
    }
  });

  test('writes what changed from one view to the next', () => {
    const encoder = new FrameEncoder(new Scratch());
    const world = createWorld({ seed: 7, rules: { seats: 8, baseSize: 6 } });
    let base = view(world);
    for (let tick = 1; tick <= 50; tick++) {
      step(world, emptyRecord);
      const next = view(world);
      encoder.begin(base, next);
      assert.deepEqual(applied(base, encoder.delta()), next);
      base = next;
    }
  });

  test('encodes each change once', () => {
    const encoder = new FrameEncoder(new Scratch());
    const world = createWorld({ seed: 1 });
    const shown = new Shown(world);
    step(world, emptyRecord);
    encoder.beginMatch(shown, world);
    assert.equal(encoder.delta(), encoder.delta());
    assert.equal(encoder.keyframe(), encoder.keyframe());
  });

  test('writes the own part so that it can be appended to a frame', () => {
    const encoder = new FrameEncoder(new Scratch());
    const world = createWorld({ seed: 1 });
    encoder.begin(emptyView, view(world));
    const glow = { cells: [3, 2, 1], endTick: 140 };
    const inputMargin = { marginMs: -20, late: 3 };
    const whole = PlayResponse.decode(Buffer.concat([encoder.keyframe(), encoder.own(glow, inputMargin)]));
    assert.deepEqual(whole.own, { glow, inputMargin, regionsGone: [] });
    assert.equal(whole.header?.keyframe, true);
    const out = PlayResponse.decode(encoder.own({ cells: [], endTick: 0 }, undefined));
    assert.deepEqual(out.own, { glow: { cells: [], endTick: 0 }, inputMargin: undefined, regionsGone: [] });
  });

  test('goes on after a view that cannot be encoded', () => {
    const encoder = new FrameEncoder(new Scratch());
    const world = createWorld({ seed: 1 });
    const good = view(world);
    encoder.begin(emptyView, { ...good, avatars: [{ ...good.avatars[0]!, flags: -1 }] });
    assert.throws(() => encoder.keyframe());
    encoder.begin(emptyView, good);
    assert.deepEqual(applied(emptyView, encoder.keyframe()), good);
  });
});
