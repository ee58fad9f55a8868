import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createWorld, FLAG_BOT, FLAG_DETACHED, step } from '@clew/maze';
import { Closed_Reason } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import { rowsOf } from '@clew/protocol/input-rows';
import { Counters } from '@clew/service-kit/counters';
import fc from 'fast-check';
import type { TrunkWriter } from './audience.ts';
import { counterNames } from './counter-names.ts';
import { InputBoard } from './input-board.ts';
import { Seating } from './seating.ts';
import { player } from './testing/test-matches.ts';

/** A peer that notes which channels were closed. */
class NotingTrunk implements TrunkWriter {
  readonly writable = true;
  readonly closed: [channel: number, reason: Closed_Reason][] = [];
  #matchChannel = 0;

  nextMatchChannel(): number {
    return ++this.#matchChannel;
  }

  frame(): void {}

  close(channel: number, reason: Closed_Reason): void {
    this.closed.push([channel, reason]);
  }
}

const limits = { reservedMs: 10_000, detachedMs: 30_000 };
const admission = { add: () => {} };
const admissions = { waiting: admission, late: admission, repeated: admission, early: admission };
const newSeating = (seats = 4) => new Seating(seats, limits, new Counters(counterNames), admissions, new InputBoard());

suite('seating', () => {
  test('reserves for all or for nobody', () => {
    const seating = newSeating(2);
    assert.equal(seating.reserve([player(1)], 0), true);
    assert.equal(seating.reserve([player(2), player(3)], 0), false);
    assert.equal(seating.free, 1);
    assert.equal(seating.reserve([player(1), player(2)], 0), true, 'who has a seat needs no other');
    assert.equal(seating.free, 0);
  });

  test('frees a seat that nobody attached in time', () => {
    const seating = newSeating();
    const trunk = new NotingTrunk();
    seating.reserve([player(1), player(2)], 0);
    seating.attach(trunk, 1, player(2).playerId, 1);
    seating.evictUnused(9_999);
    assert.equal(seating.taken, 2);
    seating.evictUnused(10_000);
    assert.equal(seating.taken, 1);
    assert.equal(seating.seatOf(player(1).playerId), undefined);
    assert.deepEqual(trunk.closed, []);
  });

  test('lets go of a channel that it closed: nothing is sent there any more', () => {
    const seating = newSeating();
    const [older, newer] = [new NotingTrunk(), new NotingTrunk()];
    seating.reserve([player(1)], 0);
    seating.attach(older, 1, player(1).playerId, 1);
    seating.attach(newer, 2, player(1).playerId, 2);
    assert.deepEqual(older.closed, [[1, Closed_Reason.REASON_REPLACED]]);
    assert.deepEqual(
      seating.audiences.map(({ trunk, channels }) => [trunk, channels.map(({ number }) => number)]),
      [[newer, [2]]],
    );
  });

  test('has no seat taken when it is cleared', () => {
    const seating = newSeating();
    const trunk = new NotingTrunk();
    seating.reserve([player(1), player(2)], 0);
    seating.attach(trunk, 1, player(1).playerId, 1);
    seating.clear(Closed_Reason.REASON_MATCH_ENDED);
    assert.equal(seating.taken, 0);
    assert.equal(seating.audiences.length, 0);
    assert.deepEqual(trunk.closed, [[1, Closed_Reason.REASON_MATCH_ENDED]]);
  });

  test('keeps the seat of a lost connection, and frees that of who leaves', () => {
    const seating = newSeating();
    const trunk = new NotingTrunk();
    seating.reserve([player(1), player(2)], 0);
    for (const [number, leave] of [
      [1, false],
      [2, true],
    ] as const) {
      const outcome = seating.attach(trunk, number, player(number).playerId, 1);
      assert.ok(outcome.kind === 'attached');
      seating.detach(outcome.channel, leave, 500);
    }
    const state = seating.seatOf(player(1).playerId)?.state;
    assert.ok(state?.kind === 'detached');
    assert.equal(state.deadlineMs, 30_500);
    assert.equal(seating.taken, 1);
    assert.equal(seating.audiences.length, 0);
  });

  test('ignores the end of a channel that no longer holds the seat', () => {
    const seating = newSeating();
    const [old, young] = [new NotingTrunk(), new NotingTrunk()];
    seating.reserve([player(1)], 0);
    const before = seating.attach(old, 1, player(1).playerId, 1);
    seating.attach(young, 1, player(1).playerId, 2);
    assert.deepEqual(old.closed, [[1, Closed_Reason.REASON_REPLACED]]);
    assert.ok(before.kind === 'attached');
    seating.detach(before.channel, true, 0);
    assert.equal(seating.seats[0]?.state.kind, 'attached');
    assert.equal(seating.audiences.length, 1);
  });

  test('tells the rules, tick by tick, what became of every seat, however much happened in between', () => {
    const doings = fc.array(
      fc.record({
        what: fc.constantFrom('reserve', 'attach', 'attach', 'detach', 'leave', 'evict', 'tick', 'tick'),
        who: fc.integer({ min: 1, max: 5 }),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(doings, (happened) => {
        const seating = newSeating(3);
        const trunk = new NotingTrunk();
        const world = createWorld({ seed: 1, rules: { seats: 3, baseSize: 4 } });
        let channel = 0;
        for (const { what, who } of [...happened, { what: 'tick', who: 1 }]) {
          const { playerId } = player(who);
          const seat = seating.seatOf(playerId);
          if (what === 'reserve') seating.reserve([player(who)], 0);
          if (what === 'attach') seating.attach(trunk, ++channel, playerId, 1);
          if (what === 'detach' && seat?.channel) seating.detach(seat.channel, false, 0);
          if (what === 'leave' && seat?.channel) seating.detach(seat.channel, true, 0);
          if (what === 'evict' && seat) seating.evict(seat, Closed_Reason.REASON_SEAT_UNKNOWN);
          if (what !== 'tick') continue;
          step(world, seating.record(world.tick + 1, 0));
          for (const { number, state } of seating.seats) {
            const avatar = world.avatars[number]!;
            assert.equal((avatar.flags & FLAG_BOT) !== 0, state.kind === 'bot');
            assert.equal((avatar.flags & FLAG_DETACHED) !== 0, state.kind === 'reserved' || state.kind === 'detached');
            if (state.kind !== 'bot') assert.equal(avatar.displayName, state.player.displayName);
          }
        }
      }),
    );
  });

  test('lets a new connection number its inputs anew, also within one tick', () => {
    const seating = newSeating(1);
    const trunk = new NotingTrunk();
    const world = createWorld({ seed: 1, rules: { seats: 1, baseSize: 4 } });
    const row = (sequence: number) => rowsOf(1, [{ sequence, tick: 1, forward: 0, strafe: 0, heading: 9, buttons: 0 }]);
    const attach = (channel: number, epoch: number) => {
      const outcome = seating.attach(trunk, channel, player(1).playerId, epoch);
      assert.ok(outcome.kind === 'attached');
      return outcome.channel;
    };
    seating.reserve([player(1)], 0);
    attach(1, 1).inputs.offer(row(900), 0, 0);
    step(world, seating.record(1, 0));
    assert.equal(world.avatars[0]?.lastInput, 900);
    attach(2, 2).inputs.offer(row(1), 0, 0);
    step(world, seating.record(2, 0));
    assert.equal(world.avatars[0]?.lastInput, 1);
  });
});
