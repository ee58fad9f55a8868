import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byShard, SHARDS, scriptKeys, shardOf } from './keys.ts';

test('all keys of a script share one hash tag', () => {
  const player = 'ff'.padEnd(32, '0');
  assert.equal(shardOf(player), 63);
  for (const key of scriptKeys(63, [player, player])) assert.match(key, /^clew:\{s63\}:/);
});

test('players are grouped by shard with their positions, none left out', () => {
  const players = Array.from({ length: 300 }, (_, index) =>
    (index % 256).toString(16).padStart(2, '0').padEnd(32, '1'),
  );
  const groups = byShard(players);
  assert.equal(groups.size, SHARDS);
  const positions = [...groups].flatMap(([shard, group]) => {
    for (const position of group) assert.equal(shardOf(players[position]!), shard);
    return group;
  });
  assert.deepEqual(
    positions.sort((left, right) => left - right),
    [...players.keys()],
  );
});
