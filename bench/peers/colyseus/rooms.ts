/**
 * The peer's room, as the netcode pages of Colyseus 0.18 teach it: a schema for the state, one for inputs, a fixed
 * timestep that takes one input per player and step. The game is Clew's as far as the bench goes: whoever holds
 * forward walks 113/1024 of a cell per step where he looks, in a cell-wide room with walls.
 */
import { Room } from '@colyseus/core';
import { MapSchema, schema, t } from '@colyseus/schema';

export const MoveInput = schema(
  { sequence: t.uint32(), forward: t.int8(), strafe: t.int8(), heading: t.uint16(), buttons: t.uint8() },
  'MoveInput',
);

export const Player = schema(
  { x: t.float32(), y: t.float32(), z: t.float32(), heading: t.uint16(), lastInput: t.uint32() },
  'Player',
);

export const MazeState = schema({ players: t.map(Player) }, 'MazeState');

const TICK_RATE = 20;
const SPEED = 113 / 1024 / 127;
/** How far a player's centre can be from the middle of his cell, along the passage. */
const REACH = 0.75;

export class MazeRoom extends Room<{ state: InstanceType<typeof MazeState>; input: InstanceType<typeof MoveInput> }> {
  override maxClients = 8;
  override state = new MazeState();
  override inputs = this.defineInput(MoveInput);

  override onCreate(): void {
    this.state.players ??= new MapSchema();
    this.setFixedTimestep(() => this.#step(), TICK_RATE);
  }

  override onJoin(client: { sessionId: string }): void {
    this.state.players.set(client.sessionId, new Player());
  }

  override onLeave(client: { sessionId: string }): void {
    this.state.players.delete(client.sessionId);
  }

  #step(): void {
    for (const [sessionId, player] of this.state.players) {
      const input = this.inputs.get(sessionId).next();
      if (input === undefined) continue;
      const turn = (input.heading / 65_536) * 2 * Math.PI;
      player.x = held(player.x + Math.cos(turn) * input.forward * SPEED);
      player.y = held(player.y + Math.sin(turn) * input.forward * SPEED);
      player.heading = input.heading;
      player.lastInput = input.sequence;
    }
  }
}

function held(coordinate: number): number {
  return Math.max(-REACH, Math.min(REACH, coordinate));
}
