/**
 * Where sessions live in Redis. Players are spread over 64 shards; all keys of a shard have one hash tag, so that a script
 * may touch them together, on one Redis and on a Cluster alike.
 */
export const SHARDS = 64;

/** The shard of a player: low bits of the first byte of the id. */
export function shardOf(playerId: string): number {
  return Number.parseInt(playerId.slice(0, 2), 16) % SHARDS;
}

/** What the keys of a shard's sessions begin with; the player's id follows. */
export const sessionPrefix = (shard: number) => `clew:{s${shard}}:session:`;

/** The player of a session's key; undefined for other keys. */
export function playerOf(key: string): string | undefined {
  return /^clew:\{s\d{1,2}\}:session:([0-9a-f]{32})$/.exec(key)?.[1];
}

/** Stream of what happened to the shard's sessions. */
export const eventsKey = (shard: number) => `clew:{s${shard}}:events`;

/** KEYS of every script: the shard's index, sweep and events, then the players' sessions. */
export function scriptKeys(shard: number, playerIds: readonly string[] = []): string[] {
  const prefix = sessionPrefix(shard);
  return [
    `clew:{s${shard}}:deadlines`,
    `clew:{s${shard}}:sweep`,
    eventsKey(shard),
    ...playerIds.map((playerId) => prefix + playerId),
  ];
}

/** Positions of the players in the list, grouped by shard: one script call each. */
export function byShard(playerIds: readonly string[]): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (const [position, playerId] of playerIds.entries()) {
    const shard = shardOf(playerId);
    const group = groups.get(shard);
    if (group === undefined) groups.set(shard, [position]);
    else group.push(position);
  }
  return groups;
}
