import { encodeWorld } from './checkpoint.ts';
import type { Content } from './delta.ts';
import type { View } from './view.ts';
import type { World } from './world.ts';

/**
 * Hashes to find out whether two sides know the same, not against forgers: MurmurHash3 (32 bits, by Austin Appleby)
 * over whole numbers.
 */

/** 32 bits over all of a view: equal views, equal hashes, on every machine. */
export function hashView({ tick, layout, level, avatars, clews }: View): number {
  let hash = add(add(add(add(add(0, tick), level.number), level.levels), level.phase), level.phaseEndTick);
  hash = add(add(add(add(hash, layout.width), layout.height), layout.floors), layout.exit);
  for (const bits of layout.cells) hash = add(hash, bits);
  return finish(addContent(hash, { avatars, clews }));
}

/** 32 bits over who and what is in a part of a maze at a tick. */
export function hashContent(tick: number, content: Content): number {
  return finish(addContent(add(0, tick), content));
}

function addContent(base: number, { avatars, clews }: Content): number {
  let hash = add(base, avatars.length);
  for (const avatar of avatars) {
    hash = add(add(add(add(add(hash, avatar.seat), avatar.x), avatar.y), avatar.z), avatar.heading);
    hash = add(add(add(add(hash, avatar.lastInput), avatar.points), avatar.clews), avatar.flags);
    hash = addText(add(hash, avatar.arrival), avatar.displayName);
  }
  hash = add(hash, clews.length);
  for (const clew of clews) hash = add(add(hash, clew.id), clew.cell);
  return hash;
}

/** 32 bits over all of a world: over all that a checkpoint holds. */
export function hashWorld(world: World): number {
  return finish(addText(0, encodeWorld(world)));
}

function add(hash: number, value: number): number {
  let bits = Math.imul(value, 0xcc9e2d51);
  bits = (bits << 15) | (bits >>> 17);
  const next = hash ^ Math.imul(bits, 0x1b873593);
  return (Math.imul((next << 13) | (next >>> 19), 5) + 0xe6546b64) | 0;
}

function addText(hash: number, text: string): number {
  let next = add(hash, text.length);
  for (let place = 0; place < text.length; place++) next = add(next, text.charCodeAt(place));
  return next;
}

function finish(hash: number): number {
  let bits = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
