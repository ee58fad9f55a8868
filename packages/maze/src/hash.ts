import type { View } from './view.ts';
import type { World } from './world.ts';

/** 32 bits over all of a view: equal views, equal hashes, on every machine. */
export function hashView(_view: View): number {
  throw new Error('in the next commit');
}

/** 32 bits over all of a world. */
export function hashWorld(_world: World): number {
  throw new Error('in the next commit');
}
