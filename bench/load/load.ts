import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { inputOf, type LoadPlayer, type LoadSide } from './player.ts';

/** How a load fared in its window. */
export interface LoadReport {
  readonly players: number;
  readonly seconds: number;
  readonly updatesPerPlayerSecond: number;
  readonly inputsPerPlayerSecond: number;
  /** On the players' sockets, protocol and all, per update. */
  readonly bytesPerUpdate: number;
  /** From an input's sending to the update that shows it. */
  readonly latencyMsP50: number;
  readonly latencyMsP99: number;
  /** How late inputs were sent, by the load's own schedule: its own share of latencies. */
  readonly lagMsP99: number;
  /** Share of one core that the load itself took. */
  readonly busy: number;
}

const INPUT_MS = 50;
/** Inputs whose effect was not seen yet; a power of two. */
const AWAITED_MAX = 256;
const SAMPLES_MAX = 500_000;
/** Players that come in at once. */
const COMING_MAX = 8;

/** Players that send 20 inputs a second each, evenly spread, and time how long each takes to come back as an effect. */
export class Load {
  readonly #side: LoadSide;
  readonly #sockets = new Set<Socket>();
  readonly #entries: Entry[] = [];
  readonly #latencies = new Samples(SAMPLES_MAX);
  readonly #lags = new Samples(SAMPLES_MAX);
  #updates = 0;
  #inputs = 0;
  #isMeasuring = false;

  constructor(side: LoadSide) {
    this.#side = side;
    subscribe('net.client.socket', (message) => {
      const { socket } = message as { socket: Socket };
      this.#sockets.add(socket);
    });
  }

  /** Lets all come in. */
  async gather(players: number): Promise<void> {
    let next = 0;
    const usher = async () => {
      while (next < players) await this.#enter(next++);
    };
    await Promise.all(Array.from({ length: COMING_MAX }, usher));
  }

  /** Plays for good; inputs are spread over their 50 ms. */
  async play(): Promise<never> {
    const startMs = performance.now();
    for (const [index, entry] of this.#entries.entries()) {
      entry.dueMs = startMs + (index / this.#entries.length) * INPUT_MS;
    }
    for (;;) {
      const nowMs = performance.now();
      for (const entry of this.#entries) if (entry.dueMs <= nowMs) this.#send(entry, nowMs);
      await wait(1);
    }
  }

  async measure(seconds: number): Promise<LoadReport> {
    const startMs = performance.now();
    const cpu = process.cpuUsage();
    const bytes = this.#bytes();
    this.#updates = 0;
    this.#inputs = 0;
    this.#isMeasuring = true;
    await wait(seconds * 1_000);
    this.#isMeasuring = false;
    const passed = (performance.now() - startMs) / 1_000;
    const { user, system } = process.cpuUsage(cpu);
    const players = this.#entries.length;
    return {
      players,
      seconds: passed,
      updatesPerPlayerSecond: this.#updates / players / passed,
      inputsPerPlayerSecond: this.#inputs / players / passed,
      bytesPerUpdate: (this.#bytes() - bytes) / this.#updates,
      latencyMsP50: this.#latencies.at(0.5),
      latencyMsP99: this.#latencies.at(0.99),
      lagMsP99: this.#lags.at(0.99),
      busy: (user + system) / 1e6 / passed,
    };
  }

  async #enter(number: number): Promise<void> {
    const entry: Entry = {
      number,
      player: idle,
      sentMs: new Float64Array(AWAITED_MAX),
      dueMs: 0,
      sequence: 0,
      seen: 0,
    };
    entry.player = await this.#side.open(number, (lastInput) => this.#seen(entry, lastInput));
    this.#entries.push(entry);
  }

  #send(entry: Entry, nowMs: number): void {
    this.#lags.add(nowMs - entry.dueMs);
    entry.sequence += 1;
    entry.sentMs[entry.sequence % AWAITED_MAX] = nowMs;
    entry.player.send(inputOf(entry.number, entry.sequence));
    entry.dueMs += INPUT_MS;
    this.#inputs += 1;
  }

  #seen(entry: Entry, lastInput: number): void {
    this.#updates += 1;
    if (lastInput <= entry.seen) return;
    if (this.#isMeasuring) {
      const nowMs = performance.now();
      const oldest = Math.max(entry.seen, lastInput - AWAITED_MAX) + 1;
      for (let sequence = oldest; sequence <= lastInput; sequence++) {
        this.#latencies.add(nowMs - (entry.sentMs[sequence % AWAITED_MAX] ?? nowMs));
      }
    }
    entry.seen = lastInput;
  }

  #bytes(): number {
    let bytes = 0;
    for (const socket of this.#sockets) bytes += socket.bytesRead;
    return bytes;
  }
}

interface Entry {
  readonly number: number;
  player: LoadPlayer;
  readonly sentMs: Float64Array;
  dueMs: number;
  sequence: number;
  seen: number;
}

const idle: LoadPlayer = { send: () => undefined };

/** Numbers in a buffer of fixed size; the oldest give way. */
class Samples {
  readonly #ring: Float64Array;
  #count = 0;

  constructor(size: number) {
    this.#ring = new Float64Array(size);
  }

  add(value: number): void {
    this.#ring[this.#count % this.#ring.length] = value;
    this.#count += 1;
  }

  at(share: number): number {
    const sorted = this.#ring.slice(0, Math.min(this.#count, this.#ring.length)).sort();
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  }
}
