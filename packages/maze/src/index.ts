/**
 * The rules of Clew. A match is a seed, its rules and a journal: `createWorld`, then one `step` per tick. Players know
 * views of it. `move` is the part that also runs ahead in the player's client.
 */
export {
  type Avatar,
  canMove,
  FLAG_BOT,
  FLAG_DETACHED,
  FLAG_LADDER,
  FLAG_OUT,
  FLAG_SPRINT,
} from './avatar.ts';
export { bot } from './bot.ts';
export { cloneWorld, decodeWorld, encodeWorld } from './checkpoint.ts';
export { type Clew, GLOW_TICKS, type Glow } from './clew.ts';
export { type AvatarDelta, apply, type Delta, delta } from './delta.ts';
export { hashView, hashWorld } from './hash.ts';
export {
  CLIMB_DOWN,
  CLIMB_UP,
  FULL_SPEED,
  type Hands,
  IDLE_TICKS,
  INPUT_HOLD_TICKS,
  type Input,
  SEQUENCE_MAX,
  SPRINT,
} from './input.ts';
export { emptyRecord, type Join, type JournalRecord, type SeatInput } from './journal.ts';
export {
  ALL_WALLS,
  cellAt,
  centreOf,
  type Extent,
  LADDER_DOWN,
  LADDER_UP,
  type Layout,
  WALL_EAST,
  WALL_NORTH,
  WALL_SOUTH,
  WALL_WEST,
} from './layout.ts';
export { type Level, Phase } from './level.ts';
export { generateMaze, type Maze } from './maze.ts';
export { type Body, CLIMB_SPEED, look, move, SPRINT_SPEED, WALK_SPEED } from './movement.ts';
export { type Rank, ranking } from './ranking.ts';
export { defaultRules, type Rules } from './rules.ts';
export type { Sight } from './sight.ts';
export { step } from './step.ts';
export { CELL, FULL_TURN, HALF_CELL, QUARTER_TURN, RADIUS, TICK_MS, TICK_RATE } from './units.ts';
export { emptyView, type Own, ownView, type View, view } from './view.ts';
export { type Walls, wallsOf } from './walls.ts';
export { distancesToExit, wayToExit } from './way.ts';
export { type Beginning, createWorld, type Figure, type World } from './world.ts';
