/**
 * The rules of Clew: whole numbers in, whole numbers out, the same on every machine. A match is a seed, its rules and a
 * journal: `createWorld`, then one `step` per tick. What players know of it are views. Nothing here reads a clock,
 * draws luck from elsewhere or has heard of a network.
 *
 * To read it from the beginning:
 *  1. The place: units, layout, random, carving, places, maze, way.
 *  2. Those in it: avatar, input, sine, walls, slide, movement.
 *  3. What happens: rules, level, clew, world, journal, seats, lag, finds, phases, step.
 *  4. What is seen: sight, view, delta, hash, ranking. What is kept: checkpoint.
 *     By whom, in large mazes: regions, sightlines, visibility, parts, rows.
 *  5. Company: names, temper, goals, bot.
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
export { type AvatarDelta, apply, type Content, type ContentDelta, contentDelta, type Delta, delta } from './delta.ts';
export { hashContent, hashView, hashWorld } from './hash.ts';
export {
  CLIMB_DOWN,
  CLIMB_UP,
  FULL_SPEED,
  type Hands,
  IDLE_TICKS,
  INPUT_HOLD_TICKS,
  type Input,
  LAG_TICKS_MAX,
  SEQUENCE_MAX,
  SPRINT,
} from './input.ts';
export { emptyRecord, type Join, type JournalRecord, type SeatInput } from './journal.ts';
export {
  ALL_WALLS,
  cellAt,
  centreOf,
  type Extent,
  isDeadEnd,
  LADDER_DOWN,
  LADDER_UP,
  type Layout,
  neighbourOffsets,
  passagesOf,
  WALL_EAST,
  WALL_NORTH,
  WALL_SOUTH,
  WALL_WEST,
} from './layout.ts';
export { type Level, Phase } from './level.ts';
export { generateMaze, type Maze } from './maze.ts';
export { type Body, CLIMB_SPEED, look, move, SPRINT_SPEED, WALK_SPEED } from './movement.ts';
export type { Mutable } from './mutable.ts';
export { applyRegions, contentOf, type Known, nothingKnown, type Parts, partsOf, type RegionDelta } from './parts.ts';
export { type Rank, ranking } from './ranking.ts';
export { type Rows, RowsDraft } from './rows.ts';
export { defaultRules, labyrinthRules, type Rules, ruleBounds } from './rules.ts';
export type { Sight } from './sight.ts';
export { turnBetween } from './sine.ts';
export { step } from './step.ts';
export { CELL, FULL_TURN, HALF_CELL, QUARTER_TURN, RADIUS, TICK_MS, TICK_RATE } from './units.ts';
export { emptyView, type Own, type OwnedView, ownView, type View, view, viewOver } from './view.ts';
export { lookAround, type Visibility, visibilityOf } from './visibility.ts';
export { type Walls, wallsOf } from './walls.ts';
export { distancesToExit, wayToExit } from './way.ts';
export { type Beginning, createWorld, type Figure, type World } from './world.ts';
