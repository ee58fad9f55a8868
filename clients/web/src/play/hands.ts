/** What keys and thumbs mean: pure, from what is held to what the rules call hands. */
import { CLIMB_DOWN, CLIMB_UP, FULL_SPEED, FULL_TURN, type Hands, SPRINT } from '@clew/maze';

export type Action =
  | 'forward'
  | 'back'
  | 'left'
  | 'right'
  | 'turnLeft'
  | 'turnRight'
  | 'sprint'
  | 'climbUp'
  | 'climbDown';

/** By KeyboardEvent.code: where a key lies, whatever is printed on it. */
const ACTIONS: Readonly<Record<string, Action>> = {
  KeyW: 'forward',
  ArrowUp: 'forward',
  KeyS: 'back',
  ArrowDown: 'back',
  KeyA: 'left',
  KeyD: 'right',
  ArrowLeft: 'turnLeft',
  ArrowRight: 'turnRight',
  ShiftLeft: 'sprint',
  ShiftRight: 'sprint',
  Space: 'climbUp',
  KeyE: 'climbUp',
  KeyC: 'climbDown',
  KeyQ: 'climbDown',
};

export function actionOf(code: string): Action | undefined {
  return Object.hasOwn(ACTIONS, code) ? ACTIONS[code] : undefined;
}

/** A thumb on the glass: how far it pushes, each from -1 to 1. */
export interface Thumb {
  readonly right: number;
  readonly forward: number;
}

/** Beyond this push of a thumb one sprints. */
const SPRINT_PUSH = 0.92;

/** The hands of a player who holds these actions and faces `heading` (any number; it wraps around). */
export function handsOf(held: ReadonlySet<Action>, heading: number, thumb?: Thumb): Hands {
  const pull = (plus: Action, minus: Action, push: number): number => {
    const keys = (held.has(plus) ? 1 : 0) - (held.has(minus) ? 1 : 0);
    return Math.round(FULL_SPEED * Math.max(-1, Math.min(1, keys + push)));
  };
  const sprints = held.has('sprint') || (thumb?.forward ?? 0) > SPRINT_PUSH;
  return {
    forward: pull('forward', 'back', thumb?.forward ?? 0),
    strafe: pull('right', 'left', thumb?.right ?? 0),
    heading: wrapped(heading),
    buttons: (sprints ? SPRINT : 0) | (held.has('climbUp') ? CLIMB_UP : 0) | (held.has('climbDown') ? CLIMB_DOWN : 0),
  };
}

/** A heading as the rules want it: a whole number from 0 to 65535. */
export function wrapped(heading: number): number {
  return ((Math.round(heading) % FULL_TURN) + FULL_TURN) % FULL_TURN;
}

/** Turning by keys: so much of a turn per second, less in the first moment so that one can aim. */
export function turnOf(held: ReadonlySet<Action>, heldSeconds: number): number {
  const way = (held.has('turnRight') ? 1 : 0) - (held.has('turnLeft') ? 1 : 0);
  return way * FULL_TURN * (heldSeconds < 0.15 ? 0.2 : 0.42);
}
