import type { Hands } from './input.ts';
import type { Walls } from './walls.ts';

/** What moves: a circle of RADIUS around (x, y), standing at z. Avatars are bodies. */
export interface Body {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly heading: number;
}

/** One tick of a body under given hands. */
export function move(_body: Body, _hands: Hands, _walls: Walls): Body {
  throw new Error('in the next commit');
}

/** One tick of a body that may look around and not move. */
export function look(body: Body, hands: Hands): Body {
  return { x: body.x, y: body.y, z: body.z, heading: hands.heading & 0xffff };
}
