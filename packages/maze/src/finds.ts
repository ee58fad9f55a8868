import { CLEW_RADIUS, type Clew, GLOW_TICKS, noGlow } from './clew.ts';
import { LAG_TICKS_MAX } from './input.ts';
import { seenTick } from './lag.ts';
import { cellAt, centreOf, isDeadEnd, type Layout } from './layout.ts';
import { isOnLadder } from './movement.ts';
import { RADIUS } from './units.ts';
import { wayToExit } from './way.ts';
import type { Figure, TakenClew, World } from './world.ts';

const POINTS_PER_CLEW = 1;
const REACH = RADIUS + CLEW_RADIUS;

interface Find {
  readonly clew: Clew;
  readonly figure: Figure;
  /** Between their middles, squared. */
  readonly distance: number;
}

/**
 * Whoever touches a clew has it; of several the nearest, of equals the lower seat, and each other player who could not have
 * seen that it is gone. Old glows go out.
 */
export function pickUpClews(world: World): void {
  const { layout, tick } = world;
  for (const figure of world.avatars) if (figure.glow.endTick === tick) figure.glow = noGlow;
  const finds = nearestFinds(world);
  if (finds.length > 0) {
    for (const { clew, figure } of finds) give(figure, clew, layout, tick);
    world.clews = world.clews.filter((clew) => !finds.some((find) => find.clew === clew));
  }
  if (world.taken.length + finds.length === 0) return;
  const remembered = world.taken.filter((taken) => taken.tick > tick - LAG_TICKS_MAX);
  const taken = finds.map(({ clew, figure }): TakenClew => ({ clew, tick, seats: [figure.seat] }));
  world.taken = [...remembered, ...taken].map((entry) => shared(world, entry));
}

/** A taken clew, given to those as well who touch it now and saw it lie there. */
function shared(world: World, taken: TakenClew): TakenClew {
  const { clew, tick, seats } = taken;
  const late = world.avatars.filter(
    (figure) =>
      figure.lagTicks > 0 &&
      seenTick(figure, world.tick) < tick &&
      !seats.includes(figure.seat) &&
      findOf(world.layout, [clew], figure) !== undefined,
  );
  if (late.length === 0) return taken;
  for (const figure of late) give(figure, clew, world.layout, world.tick);
  return { clew, tick, seats: [...seats, ...late.map(({ seat }) => seat)] };
}

function give(figure: Figure, clew: Clew, layout: Layout, tick: number): void {
  figure.clews++;
  figure.points += POINTS_PER_CLEW;
  figure.glow = { cells: wayToExit(layout, clew.cell), endTick: tick + GLOW_TICKS };
}

/** One find for each clew that is touched. */
function nearestFinds(world: World): Find[] {
  const finds: Find[] = [];
  for (const figure of world.avatars) {
    const find = findOf(world.layout, world.clews, figure);
    if (find === undefined) continue;
    const rival = finds.findIndex((other) => other.clew === find.clew);
    if (rival < 0) finds.push(find);
    else if (find.distance < finds[rival]!.distance) finds[rival] = find;
  }
  return finds;
}

/** What a figure touches. Clews lie in the middle of dead ends and their reach does not leave the cell. */
function findOf(layout: Layout, clews: readonly Clew[], figure: Figure): Find | undefined {
  if (figure.arrival > 0 || isOnLadder(figure)) return undefined;
  const cell = cellAt(layout, figure.x, figure.y, figure.z);
  if (!isDeadEnd(layout.cells, cell)) return undefined;
  const clew = clews.find((candidate) => candidate.cell === cell);
  if (clew === undefined) return undefined;
  const { x, y } = centreOf(layout, cell);
  const distance = (x - figure.x) * (x - figure.x) + (y - figure.y) * (y - figure.y);
  return distance <= REACH * REACH ? { clew, figure, distance } : undefined;
}
