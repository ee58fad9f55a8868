import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Collections } from '@clew/service-kit/collections';
import type { Ending } from './endings.ts';
import { PlayerDirectory } from './player-directory.ts';

class Stream {
  readonly playerId: string;
  readonly epoch: number;
  isOrphan = false;
  endings: Ending['kind'][] = [];

  constructor(playerId: string, epoch: number) {
    this.playerId = playerId;
    this.epoch = epoch;
  }

  end({ kind }: Ending): void {
    this.endings.push(kind);
  }
}

function setUp() {
  const collections = new Collections();
  const directory = new PlayerDirectory<Stream>(collections, 2);
  return { directory, report: () => collections.report()[0]! };
}

suite('the directory of streams', () => {
  test('has one for each player: the newer wins, whoever comes first', () => {
    const { directory } = setUp();
    const [older, newer] = [new Stream('a', 1), new Stream('a', 2)];
    directory.enter(older);
    directory.enter(newer);
    assert.deepEqual(older.endings, ['replaced']);
    assert.throws(() => directory.enter(new Stream('a', 1)), /a newer stream/);
    directory.leave(older); // too late: the place is the newer one's
    assert.equal(directory.get('a'), newer);
    directory.leave(newer);
    assert.equal(directory.size, 0);
  });

  test('counts those that should not be there any more, under its name', () => {
    const { directory, report } = setUp();
    const stream = new Stream('a', 1);
    directory.enter(stream);
    assert.deepEqual(report(), { name: 'edge.players', size: 1, bound: 2, orphans: 0 });
    stream.isOrphan = true;
    assert.equal(report().orphans, 1);
  });

  test('sends all away when the edge stops, and lets nobody in', () => {
    const { directory } = setUp();
    const stream = new Stream('a', 1);
    directory.enter(stream);
    directory.drain();
    assert.deepEqual(stream.endings, ['draining']);
    assert.throws(() => directory.enter(new Stream('b', 1)), /another/);
  });
});
