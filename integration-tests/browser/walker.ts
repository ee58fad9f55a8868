/** Walks to the exit as a player does, by pressing keys; knows the way from what the page shows to scripts. */
import { cellAt, centreOf, FLAG_OUT, LADDER_DOWN, LADDER_UP, type Layout } from '@clew/maze';
import type { Page } from 'playwright-core';
import type { Pose } from '../../clients/web/src/play/probe.ts';
import { told } from './browser.ts';

/** How far (in units) from a corridor's middle one may be before one walks on. */
const OFF_MIDDLE = 180;

/** Presses keys until the own figure is out. Resolves then; rejects after `withinMs`, or when the level ended before. */
export async function walkToExit(page: Page, withinMs = 90_000): Promise<void> {
  const pose = await walkTowardsExit(page, withinMs);
  if (!(pose.flags & FLAG_OUT)) throw new Error(`not out after ${withinMs} ms, at ${JSON.stringify(pose)}`);
}

/** Presses keys for so long, or until the own figure is out; returns where it is then. Rejects when the level ended before. */
export async function walkTowardsExit(page: Page, forMs: number): Promise<Pose> {
  const keys = new Keys(page);
  const level = await told(page, 'level');
  const shown = await page.evaluate(() => window.clew.layout());
  if (!shown) throw new Error('there is no layout: nobody plays here');
  const layout: Layout = { ...shown, cells: Uint8Array.from(shown.cells) };
  const steps = stepsToExit(layout);
  const deadline = performance.now() + forMs;
  for (;;) {
    const pose = await page.evaluate(() => window.clew.pose());
    if (!pose) throw new Error('the match went away');
    const isOver = pose.flags & FLAG_OUT || performance.now() > deadline;
    await keys.hold(isOver ? [] : keysFor(pose, layout, steps));
    if (isOver) return pose;
    if ((await told(page, 'level')) !== level) throw new Error(`level ${level} ended before the exit was reached`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** The keys that lead to the next cell of the shortest way, however one looks. */
function keysFor(pose: Pose, layout: Layout, steps: ReadonlyMap<number, number>): string[] {
  const cell = cellAt(layout, pose.x, pose.y, pose.z);
  const area = layout.width * layout.height;
  const next = neighbours(layout, cell).reduce((a, b) =>
    (steps.get(b) ?? Infinity) < (steps.get(a) ?? Infinity) ? b : a,
  );
  if (next === cell + area) return ['Space'];
  if (next === cell - area || pose.z % 1_024 !== 0) return ['KeyC'];
  const from = centreOf(layout, cell);
  const to = centreOf(layout, next);
  // Back to the middle of the corridor first, or a corner is in the way.
  const strays = from.x === to.x ? Math.abs(pose.x - from.x) : Math.abs(pose.y - from.y);
  const goal = strays > OFF_MIDDLE ? (from.x === to.x ? { x: from.x, y: pose.y } : { x: pose.x, y: from.y }) : to;
  const way = Math.atan2(goal.y - pose.y, goal.x - pose.x) - (pose.heading / 65_536) * Math.PI * 2;
  const keys: string[] = [];
  if (Math.cos(way) > 0.38) keys.push('KeyW');
  if (Math.cos(way) < -0.38) keys.push('KeyS');
  if (Math.sin(way) > 0.38) keys.push('KeyD');
  if (Math.sin(way) < -0.38) keys.push('KeyA');
  return keys;
}

function neighbours({ width, height, cells }: Layout, cell: number): number[] {
  const bits = cells[cell] ?? 15;
  const found = [-width, 1, width, -1].filter((_, side) => !(bits & (1 << side))).map((step) => cell + step);
  if (bits & LADDER_UP) found.push(cell + width * height);
  if (bits & LADDER_DOWN) found.push(cell - width * height);
  return found;
}

function stepsToExit(layout: Layout): Map<number, number> {
  const steps = new Map([[layout.exit, 0]]);
  for (const [cell, count] of steps) {
    for (const next of neighbours(layout, cell)) if (!steps.has(next)) steps.set(next, count + 1);
  }
  return steps;
}

/** Keys that are held down, changed one by one. */
class Keys {
  readonly #page: Page;
  #held: readonly string[] = [];

  constructor(page: Page) {
    this.#page = page;
  }

  async hold(keys: readonly string[]): Promise<void> {
    for (const key of this.#held) if (!keys.includes(key)) await this.#page.keyboard.up(key);
    for (const key of keys) if (!this.#held.includes(key)) await this.#page.keyboard.down(key);
    this.#held = keys;
  }
}
