/**
 * Players without doors: matches in one simulation, driven over its trunk as an edge drives it. `main.ts CONTROL TRUNK
 * PLAYERS ROOM [wander]`. Prints "playing" when all sit, then plays on until it is ended. Each second it prints how many
 * frames and bytes its players got so far, as one object. Hands go in circles, or wander about.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { TICK_MS } from '@clew/maze';
import type { Input } from '@clew/protocol/clew/play/v1/frame.ts';
import { SimulationServiceDefinition } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import { Collections } from '@clew/service-kit/collections';
import { callChannel, controlClients } from '@clew/service-kit/control-client';
import type { Channel, ChannelListener } from '../../services/edge/src/trunk/channel.ts';
import type { ChannelFrame } from '../../services/edge/src/trunk/sights.ts';
import { Trunks } from '../../services/edge/src/trunk/trunks.ts';
import { inputOf, wanderOf } from '../load/player.ts';

const [control = '', trunkAddress = '', playersText = '', roomText = '', gait = ''] = process.argv.slice(2);
const handsOf = gait === 'wander' ? wanderOf : inputOf;
const players = Number(playersText);
const room = Number(roomText);
const INPUT_MS = 50;

/** A seat whose hands move 20 times a second. */
class TrunkPlayer implements ChannelListener {
  readonly number: number;
  channel: Channel | undefined;
  isSeated = false;
  frames = 0;
  bytes = 0;
  #tick = 0;
  #followed = 0;
  #sequence = 0;

  constructor(number: number) {
    this.number = number;
  }

  attached(): void {
    this.isSeated = true;
  }

  frame(frame: ChannelFrame, own: Uint8Array | undefined): void {
    const { tick, delta } = frame;
    // What an edge would pass on: the change, on top of the tick before.
    const bytes = this.#followed === tick - 1 && delta.length > 0 ? delta : frame.keyframe;
    if (bytes.length > 0) this.#followed = tick;
    this.#tick = tick;
    this.frames += 1;
    this.bytes += bytes.length + (own?.length ?? 0);
  }

  closed(reason: number): never {
    throw new Error(`a seat was closed: ${reason}`);
  }

  broken(): never {
    throw new Error('the trunk broke');
  }

  steer(): void {
    if (this.#tick === 0) return;
    this.#sequence += 1;
    const input: Input = { ...handsOf(this.number, this.#sequence), tick: this.#tick + 1 };
    this.channel?.steer([input]);
  }
}

const simulation = controlClients.create(SimulationServiceDefinition, callChannel([control]));
const collections = new Collections();
/** As edges do by default (TRUNK_FLUSH_MS). */
const FLUSH_MS = 6;
const trunkOptions = { edgeId: 'bench', flushMs: FLUSH_MS, silenceMs: 10_000, tickMs: TICK_MS, channelsMax: players };
const trunks = new Trunks({ ...trunkOptions, collections });
const seats: TrunkPlayer[] = [];
for (let first = 0; first < players; first += room) {
  const matchId = `bench-${first}`;
  const numbers = Array.from({ length: Math.min(room, players - first) }, (_, at) => first + at);
  const members = numbers.map((number) => ({
    playerId: number.toString(16).padStart(32, '0'),
    sessionEpoch: 1,
    displayName: `Load ${number}`,
  }));
  await simulation.createMatch({ matchId, epoch: 1, players: members });
  for (const { playerId } of members) {
    const player = new TrunkPlayer(seats.length);
    player.channel = trunks.attach(trunkAddress, { matchId, playerId, sessionEpoch: 1 }, player);
    seats.push(player);
  }
}
while (!seats.every(({ isSeated, frames }) => isSeated && frames > 0)) await wait(10);
console.log('playing');
setInterval(() => {
  const sum = (of: (seat: TrunkPlayer) => number) => seats.reduce((total, seat) => total + of(seat), 0);
  console.log(JSON.stringify({ frames: sum(({ frames }) => frames), bytes: sum(({ bytes }) => bytes) }));
}, 1_000);
const PARTS = 20;
const startMs = performance.now();
for (let turn = 0; ; turn++) {
  // A twentieth of them each 2.5 ms: inputs come evenly.
  for (let at = turn % PARTS; at < seats.length; at += PARTS) seats[at]!.steer();
  await wait(Math.max(0, startMs + ((turn + 1) * INPUT_MS) / PARTS - performance.now()));
}
