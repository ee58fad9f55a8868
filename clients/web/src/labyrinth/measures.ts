/**
 * The measures of what is seen, in cells: the rules' 1,024 units are 1.0 here. The scene's x and z are the maze's x and
 * y; the scene's y points up. A floor of the rules is one cell high; it is drawn a little higher than that.
 */
import { CELL, FULL_TURN } from '@clew/maze';

/** From one floor's flagstones to the next one's. */
export const STOREY = 1.2;
/** From the flagstones to the ceiling above them; the rest of a storey is slab. */
export const CEILING = 1.06;
/** Half of a wall's thickness. Bodies keep 0.25 from the wall's middle. */
export const WALL_HALF = 0.09;
/** Half of a post's thickness: posts stand where walls meet. */
export const POST_HALF = 0.115;
/** Where the eyes are above the feet. */
export const EYE = 0.53;

/** A place in the scene. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** Where a body of the rules (in units) stands in the scene. */
export function placeOf(body: { readonly x: number; readonly y: number; readonly z: number }): Place {
  return { x: body.x / CELL, y: (body.z / CELL) * STOREY, z: body.y / CELL };
}

/** The angle around the scene's y axis (radians) of something that is modelled looking along -z. */
export function yawOf(heading: number): number {
  return -(heading / FULL_TURN) * Math.PI * 2 - Math.PI / 2;
}
