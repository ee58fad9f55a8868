/** What a player's hands do, one input each twentieth of a second; the same for every side. */
export interface LoadInput {
  /** From 1, growing. */
  readonly sequence: number;
  /** -127 to 127. */
  readonly forward: number;
  readonly strafe: number;
  /** 0 to 65535. */
  readonly heading: number;
  readonly buttons: number;
}

/** One player of the load, whatever server he plays on. */
export interface LoadPlayer {
  send(input: LoadInput): void;
}

/** What a player tells the load: each update that came, and the last input of his that it shows. */
export type OnUpdate = (lastInput: number) => void;

/** A server under load, as its own client library speaks with it. */
export interface LoadSide {
  /** Resolves when the player is in a room and sees it. */
  open(number: number, onUpdate: OnUpdate): Promise<LoadPlayer>;
}

/** Everybody walks in a circle of a fifth of a cell, so that each moves and turns in every tick. */
const TURN_PER_INPUT = 6_000;

export function inputOf(player: number, sequence: number): LoadInput {
  return {
    sequence,
    forward: 127,
    strafe: 0,
    heading: (player * 7_919 + sequence * TURN_PER_INPUT) & 0xffff,
    buttons: 0,
  };
}

/** Everybody walks on and on, turns somewhere else about once a second, and looks a little around meanwhile. */
export function wanderOf(player: number, sequence: number): LoadInput {
  const leg = Math.floor((sequence + player * 7) / 20);
  const noise = Math.imul(player * 7_919 + leg, 0x9e3779b1) >>> 16;
  return { sequence, forward: 127, strafe: 0, heading: (noise + sequence * 90) & 0xffff, buttons: 0 };
}
