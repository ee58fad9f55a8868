import { type Level, Phase } from './level.ts';

/** A player's figure, as everybody may know it. */
export interface Avatar {
  /** The seat that it belongs to: its identity. */
  readonly seat: number;
  readonly x: number;
  readonly y: number;
  /** Upwards; floor f stands at f * CELL. */
  readonly z: number;
  /** Where it faces: 0 to 65535. */
  readonly heading: number;
  /** Sequence of the last input that was applied. */
  readonly lastInput: number;
  /** Points so far in the match. */
  readonly points: number;
  /** Clews picked up so far in the match. */
  readonly clews: number;
  /** Bits as below. */
  readonly flags: number;
  /** Place in this level's order of arrival, 1 is first, equals share one; 0 while inside. */
  readonly arrival: number;
  readonly displayName: string;
}

/** Flag bits. */
export const FLAG_BOT = 1; // played by a bot
export const FLAG_DETACHED = 2; // its player is not connected
export const FLAG_OUT = 4; // through the exit
export const FLAG_LADDER = 8; // between two floors
export const FLAG_SPRINT = 16; // sprinting

/** Whether hands move this avatar now; where not, it may still look around. */
export function canMove(level: Level, avatar: Avatar): boolean {
  return level.phase === Phase.CLIMBING && (avatar.flags & FLAG_OUT) === 0;
}
