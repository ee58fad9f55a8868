import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { MatchFrame, type RegionFrames, type Sight } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import { type ChannelFrame, Sights } from './sights.ts';

/** Pieces are readable: "d5" is the delta of region 5, "k5" its keyframe; "D" and "K" are for all. */
function pieces(kind: 'd' | 'k', regions: readonly number[]): RegionFrames {
  const texts = regions.map((region) => `${kind}${region}`);
  return { regions: [...regions], sizes: texts.map(({ length }) => length), frames: Buffer.from(texts.join('')) };
}

interface Told {
  readonly deltas?: readonly number[];
  readonly keyframes?: readonly number[];
  readonly sights?: Sight[];
  readonly keyframe?: boolean;
}

/** Viewers are the numbers of their channels. */
class Room {
  readonly sights = new Sights<number>();
  readonly gone = new Set<number>();

  /** What each viewer gets as delta and as keyframe. */
  relay({ deltas = [], keyframes = [], sights = [], keyframe = false }: Told): Map<number, [string, string]> {
    const frame = MatchFrame.fromPartial({
      tick: 1,
      delta: Buffer.from('D'),
      keyframe: Buffer.from(keyframe ? 'K' : ''),
      regionDeltas: pieces('d', deltas),
      regionKeyframes: pieces('k', keyframes),
      sights,
    });
    const told = new Map<number, [string, string]>();
    this.frames.clear();
    this.sights.relay(
      frame,
      (channel) => (this.gone.has(channel) ? undefined : channel),
      (viewer, its) => {
        assert.ok(!told.has(viewer), 'told once');
        this.frames.set(viewer, its);
        told.set(viewer, [Buffer.from(its.delta).toString(), Buffer.from(its.keyframe).toString()]);
      },
    );
    return told;
  }

  readonly frames = new Map<number, ChannelFrame>();
}

suite('the sights of a divided match', () => {
  test('give each viewer the regions that he sees, and no other', () => {
    const room = new Room();
    const sights = [
      { channels: [1, 2], regions: [3, 4] },
      { channels: [5], regions: [4, 6] },
    ];
    assert.deepEqual(
      room.relay({ sights, keyframe: true, keyframes: [3, 4, 6] }),
      new Map([
        [1, ['Dk3k4', 'Kk3k4']],
        [2, ['Dk3k4', 'Kk3k4']],
        [5, ['Dk4k6', 'Kk4k6']],
      ]),
    );
    assert.deepEqual(
      room.relay({ deltas: [4, 6, 7] }),
      new Map([
        [1, ['Dd4', '']],
        [2, ['Dd4', '']],
        [5, ['Dd4d6', '']],
      ]),
    );
  });

  test('bring what comes into sight as keyframes, the rest as changes', () => {
    const room = new Room();
    room.relay({ sights: [{ channels: [1], regions: [3, 4] }], keyframe: true, keyframes: [3, 4] });
    const moved = room.relay({ sights: [{ channels: [1], regions: [4, 5] }], deltas: [3, 4, 5], keyframes: [5] });
    assert.deepEqual(moved.get(1), ['Dd4k5', '']);
    assert.deepEqual(room.relay({ deltas: [3, 5] }).get(1), ['Dd5', '']);
  });

  test('put frames together once for all who see the same, whenever they came', () => {
    const room = new Room();
    room.relay({ sights: [{ channels: [1], regions: [3] }], keyframes: [3] });
    room.relay({ sights: [{ channels: [2], regions: [3] }], keyframes: [3] });
    room.relay({ deltas: [3] });
    assert.equal(room.frames.get(1)?.delta, room.frames.get(2)?.delta);
  });

  test('offer no frame that lacks a region', () => {
    const room = new Room();
    room.relay({ sights: [{ channels: [1], regions: [3, 4] }], keyframes: [3, 4] });
    assert.deepEqual(room.relay({ keyframe: true, keyframes: [3] }).get(1), ['D', ''], 'a keyframe for somebody else');
    const moved = room.relay({ sights: [{ channels: [1], regions: [3, 5] }], keyframe: true });
    assert.deepEqual(moved.get(1), ['', '']);
  });

  test('hold nothing for viewers who are gone', () => {
    const room = new Room();
    room.relay({ sights: [{ channels: [1, 2], regions: [3] }], keyframes: [3] });
    assert.equal(room.sights.size, 2);
    room.sights.forget(1);
    room.gone.add(2);
    room.sights.forget(2);
    assert.equal(room.sights.size, 0);
    assert.equal(room.sights.companies, 0);
    assert.equal(room.relay({ sights: [{ channels: [2], regions: [3] }], deltas: [3] }).size, 0);
  });
});
