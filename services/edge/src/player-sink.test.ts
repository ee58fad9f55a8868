import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Collections } from '@clew/service-kit/collections';
import { PlayerSink } from './player-sink.ts';
import { until } from './testing/until.ts';

const lingerMs = 50;

/** A door that does what the test says, on a socket that is none. */
class DoorSink extends PlayerSink {
  isSevered = false;
  cuts = 0;
  readonly untaken: (() => void)[] = [];
  takesAtOnce = false;

  protected transmit(_first: Uint8Array, _second: Uint8Array | undefined, taken: () => void): boolean {
    if (!this.takesAtOnce) this.untaken.push(taken);
    return this.takesAtOnce;
  }

  protected finish(): void {}

  protected cut(): void {
    this.cuts += 1;
  }

  /** The socket is closed; a door that forgets to say so is faulty. */
  sever({ told = true } = {}): void {
    this.isSevered = true;
    if (told) this.hasClosed();
  }
}

function setUp() {
  const collections = new Collections();
  const sinks: Set<PlayerSink> = collections.set('edge.sinks', {
    bound: 2,
    orphans: () => [...sinks].filter((sink) => sink.isOrphan(performance.now())).length,
  });
  const make = () => new DoorSink({ sinks, lingerMs });
  const report = () => collections.report()[0]!;
  return { make, report };
}

const owner = () => {
  const heard: string[] = [];
  return { heard, drained: () => heard.push('drained'), gone: () => heard.push('gone') };
};

suite('a way down to a player', () => {
  test('is counted until its socket is free, and its owner hears the end once', () => {
    const { make, report } = setUp();
    const sink = make();
    const holder = owner();
    sink.belongTo(holder);
    assert.equal(report().size, 1);
    sink.sever();
    sink.sever();
    assert.equal(report().size, 0);
    assert.deepEqual(holder.heard, ['gone']);
  });

  test('tells an owner who comes late that nobody is there', () => {
    const sink = setUp().make();
    sink.sever();
    const holder = owner();
    sink.belongTo(holder);
    assert.deepEqual(holder.heard, ['gone']);
  });

  test('is refused beyond the bound', () => {
    const { make } = setUp();
    make();
    make();
    assert.throws(make, /edge.sinks is full/);
  });

  test('whose reader does not take the last words is cut', async () => {
    const sink = setUp().make();
    sink.end();
    await until('it is cut', () => sink.cuts === 1);
  });

  test('that is free in time is cut by nobody', async () => {
    const sink = setUp().make();
    sink.end();
    sink.sever();
    await new Promise((resolve) => setTimeout(resolve, 2 * lingerMs));
    assert.equal(sink.cuts, 0);
    sink.reset();
    assert.equal(sink.cuts, 0);
  });

  test('is an orphan when its socket is gone and nobody said so', () => {
    const { make, report } = setUp();
    const sink = make();
    assert.equal(report().orphans, 0);
    sink.sever({ told: false });
    assert.equal(report().orphans, 1);
  });

  test('is an orphan when its end does not come', async () => {
    const { make, report } = setUp();
    make().end();
    await until('it is counted', () => report().orphans === 1);
  });

  test('tells how long nothing of what waits moved, and when all is taken', () => {
    const sink = setUp().make();
    const holder = owner();
    sink.belongTo(holder);
    assert.equal(sink.stalledMs(performance.now() + 1_000), 0);
    sink.write(Buffer.of(1));
    sink.write(Buffer.of(2));
    assert.equal(sink.backlog, 2);
    assert.ok(sink.stalledMs(performance.now() + 1_000) >= 1_000);
    sink.untaken[0]!();
    assert.deepEqual(holder.heard, []);
    sink.untaken[1]!();
    assert.deepEqual(holder.heard, ['drained']);
    assert.equal(sink.stalledMs(performance.now() + 1_000), 0);
  });

  test('has nothing waiting of what the system takes at once', () => {
    const sink = setUp().make();
    sink.takesAtOnce = true;
    sink.write(Buffer.of(1));
    assert.equal(sink.backlog, 0);
    sink.takesAtOnce = false;
    sink.write(Buffer.of(2));
    assert.equal(sink.backlog, 1);
    assert.ok(sink.stalledMs(performance.now() + 1_000) < 60_000, 'it waits since it came');
  });

  test('takes nothing after its end', () => {
    const sink = setUp().make();
    sink.end();
    sink.write(Buffer.of(1));
    assert.equal(sink.untaken.length, 0);
  });
});
