import assert from 'node:assert/strict';
import { after, beforeEach, suite, test } from 'node:test';
import { type Session, Session_State as State } from '@clew/protocol/clew/session/v1/session.ts';
import { scriptKeys, shardOf } from './keys.ts';
import { type ListingPosition, listSessions } from './session-listing.ts';
import type { ScanPosition, SessionFilter } from './session-store.ts';
import { anyPlayer, SessionRedis, shown } from './testing/session-redis.ts';

const session = await SessionRedis.open(13);
after(() => session[Symbol.asyncDispose]());
beforeEach(() => session.clear());

async function create(player = anyPlayer()): Promise<{ player: string; token: string }> {
  const created = await session.store.create(player, 'Ariadne', false, '');
  assert.ok('taken' in created);
  return { player, token: created.taken.token };
}

const attach = async (token: string, edge: string) => assert.ok(await session.store.attach(shown(token), edge));

/** Players of one shard. */
const neighbour = () => `00${anyPlayer().slice(2)}`;
const many = (count: number, player = neighbour) => Promise.all(Array.from({ length: count }, () => create(player())));

/** All pages, from the first to the last; `between` runs after each. */
async function pages(size: number, filter: SessionFilter = {}, between: () => Promise<unknown> = async () => {}) {
  const found: Session[][] = [];
  let position: ListingPosition | undefined;
  do {
    const { sessions, next } = await listSessions(session.store, position, size, filter);
    found.push(sessions);
    position = next;
    await between();
  } while (position !== undefined);
  return found;
}

const ids = (found: readonly Session[]) => found.map(({ playerId }) => playerId).sort();

suite('a listing', () => {
  test('of nobody is one empty page', async () => {
    assert.deepEqual(await pages(10), [[]]);
  });

  test('tells every session once and as it is, whatever the size of its pages', async () => {
    const created = [...(await many(150)), ...(await many(50, anyPlayer))];
    await attach(created[0]!.token, 'edge-1');
    const known = await session.store.get(created.map(({ player }) => player));
    const byId = (left: Session, right: Session) => (left.playerId < right.playerId ? -1 : 1);
    for (const size of [1, 7, 100, 1_000]) {
      const found = await pages(size);
      assert.ok(found.every(({ length }) => length <= size));
      assert.deepEqual(found.flat().sort(byId), known.toSorted(byId), `pages of ${size}`);
    }
  });

  test('keeps to its pages where Redis tells more than it was asked for', async () => {
    // So small an index has no buckets: a scan tells all of it.
    const created = await many(100);
    const found = await pages(30);
    assert.deepEqual(
      found.map(({ length }) => length).filter((length) => length > 0),
      [30, 30, 30, 10],
    );
    assert.deepEqual(ids(found.flat()), created.map(({ player }) => player).sort());
  });

  test('misses nobody who stays, while others come and go and the index is rebuilt', async () => {
    const staying = await many(300);
    const passing = await many(300);
    let came = 0;
    const found = await pages(20, {}, async () => {
      const leaving = passing.splice(0, 60);
      for (const { player } of leaving) await session.store.kick({ playerId: player, epoch: 0 }, 'gone', '');
      if (came < 2_000) await many(200);
      came += 200;
    });
    const seen = new Set(found.flat().map(({ playerId }) => playerId));
    for (const { player } of staying) assert.ok(seen.has(player), player);
  });

  test('tells who fits: by state, edge and age', async () => {
    const [one, two, three] = await many(3, anyPlayer);
    await attach(one!.token, 'edge-1');
    await attach(two!.token, 'edge-2');
    await session.redis.hset(session.key(three!.player), 'c', (await session.now()) - 60_000);
    const listed = async (filter: SessionFilter) => ids((await pages(10, filter)).flat());
    assert.deepEqual(await listed({ state: 'attached' }), [one!.player, two!.player].sort());
    assert.deepEqual(await listed({ state: 'detached' }), [three!.player]);
    assert.deepEqual(await listed({ edgeId: 'edge-2' }), [two!.player]);
    assert.deepEqual(await listed({ state: 'detached', edgeId: 'edge-2' }), []);
    assert.deepEqual(await listed({ ageMinMs: 50_000 }), [three!.player]);
    assert.deepEqual(await listed({ ageMaxMs: 50_000 }), [one!.player, two!.player].sort());
    assert.deepEqual(await listed({ ageMinMs: 50_000, ageMaxMs: 55_000 }), []);
    const [attached] = (await pages(10, { edgeId: 'edge-1' })).flat();
    assert.equal(attached?.state, State.STATE_ATTACHED);
  });

  test('that filters keeps to its pages, too', async () => {
    const created = await many(400);
    for (const { token } of created.slice(0, 100)) await attach(token, 'edge-1');
    const found = await pages(30, { edgeId: 'edge-1' });
    assert.ok(found.every(({ length }) => length <= 30));
    assert.equal(new Set(ids(found.flat())).size, 100);
    assert.equal(found.flat().length, 100);
  });

  test('does not tell of leases that ran out', async () => {
    const [late, live] = await many(2, anyPlayer);
    await session.elapse(late!.player);
    assert.deepEqual(ids((await pages(10)).flat()), [live!.player]);
  });

  test('looks at a bounded number of sessions for one answer, though nobody fits', async () => {
    // One in reach of each scan of the many that nobody asked for.
    await many(200);
    let looks = 0;
    const store = {
      scan: async (shard: number, from: ScanPosition, count: number, filter: SessionFilter) => {
        looks += 1;
        assert.ok(count <= 20);
        const { sessions } = await session.store.scan(shard, from, count, filter);
        return { sessions, next: { cursor: '7', server: '' } }; // a shard without end
      },
      pick: session.store.pick.bind(session.store),
    };
    const { sessions, next } = await listSessions(store, undefined, 1_000, { edgeId: 'nobody' });
    assert.deepEqual(sessions, []);
    assert.equal(next?.scan?.cursor, '7');
    assert.equal(looks, 250);
  });

  test('begins its shard again when the server is another one: its cursor means nothing there', async () => {
    const created = await many(300);
    const { scan, pick } = session.store;
    const first = await scan.call(session.store, 0, { cursor: '0', server: '' }, 100, {});
    assert.ok(first.sessions.length < 300);
    assert.notEqual(first.next.cursor, '0');
    const elsewhere = { ...first.next, server: 'f'.repeat(40) };
    const position = { shard: 0, scan: elsewhere, found: [] };
    const store = { scan: scan.bind(session.store), pick: pick.bind(session.store) };
    const { sessions } = await listSessions(store, position, 1_000, {});
    assert.deepEqual(ids(sessions), created.map(({ player }) => player).sort());
  });

  test('of a record that went between two pages leaves it out', async () => {
    const created = await many(10);
    const found = created.map(({ player }) => player);
    await session.lose(found[0]!);
    const { sessions } = await listSessions(session.store, { shard: 63, scan: undefined, found: [] }, 10, {});
    assert.deepEqual(sessions, []);
    const shard = shardOf(found[0]!);
    const picked = await session.store.pick(shard, found, {});
    assert.deepEqual(ids(picked), found.slice(1).sort());
    assert.equal(await session.redis.zcard(scriptKeys(shard)[0]!), 9);
  });
});
