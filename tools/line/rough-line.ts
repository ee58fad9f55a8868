import { createConnection, createServer, type Server, type Socket } from 'node:net';

/** What a line does to those who speak over it. */
export interface LineConditions {
  /** The way there and back. */
  readonly latencyMs: number;
  /** So much more or less, there and back; nothing overtakes. */
  readonly jitterMs: number;
  /** Every few seconds nothing passes for so long. */
  readonly stallMs: number;
}

/** Between two stalls of a connection, on average. */
const STALL_EVERY_MS = 5_000;
/** What may be under way in one direction of a connection; beyond, its sender waits, as on a real line. */
const UNDER_WAY_BYTES_MAX = 256 * 1_024;

/**
 * A bad network in front of an edge: a TCP proxy on this machine that lets bytes wait. Whatever door the players take, it is
 * TCP. It ends with all of its connections.
 */
export class RoughLine implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(host: string, port: number, conditions: LineConditions, random: () => number) {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
      const far = createConnection({ host, port, allowHalfOpen: true, noDelay: true });
      const delays = new Delays(conditions, random, performance.now());
      lead(this.#kept(near), this.#kept(far), delays);
      lead(far, near, delays);
    });
  }

  /** Opens a line to an edge's door, its near end on any free port or on the one that is given. */
  static async open(
    host: string,
    port: number,
    conditions: LineConditions,
    { random = Math.random, nearPort = 0 }: { readonly random?: () => number; readonly nearPort?: number } = {},
  ): Promise<RoughLine> {
    const line = new RoughLine(host, port, conditions, random);
    await new Promise<void>((resolve, reject) => {
      line.#server.once('error', reject);
      line.#server.listen(nearPort, '127.0.0.1', resolve);
    });
    return line;
  }

  /** host:port of its near end. */
  get address(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the line is closed');
    return `127.0.0.1:${address.port}`;
  }

  /** Connections that are open, both ends counted. */
  get sockets(): number {
    return this.#sockets.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #kept(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    return socket;
  }
}

/** When what comes now may arrive, over one connection. Time comes in as arguments. */
export class Delays {
  readonly #conditions: LineConditions;
  readonly #random: () => number;
  #stallFromMs: number;

  constructor(conditions: LineConditions, random: () => number, nowMs: number) {
    this.#conditions = conditions;
    this.#random = random;
    this.#stallFromMs = nowMs + this.#pauseMs();
  }

  /** Half of the way there and back later, more or less; not while the line is stalled. */
  arrivalMs(nowMs: number): number {
    const { latencyMs, jitterMs, stallMs } = this.#conditions;
    const delayMs = Math.max(0, latencyMs / 2 + (this.#random() - 0.5) * jitterMs);
    const arrivalMs = nowMs + delayMs;
    if (stallMs === 0) return arrivalMs;
    while (arrivalMs >= this.#stallFromMs + stallMs) this.#stallFromMs += stallMs + this.#pauseMs();
    return arrivalMs < this.#stallFromMs ? arrivalMs : this.#stallFromMs + stallMs;
  }

  #pauseMs(): number {
    return STALL_EVERY_MS * (0.5 + this.#random());
  }
}

/** Leads bytes from one socket to another, late and in order; the end follows them, a break at once. */
function lead(from: Socket, to: Socket, delays: Delays): void {
  const waiting: { readonly atMs: number; readonly bytes: Buffer | undefined }[] = [];
  let bytes = 0;
  let lastMs = 0;
  let timer: NodeJS.Timeout | undefined;

  const pass = (): void => {
    timer = undefined;
    while (waiting[0] !== undefined && waiting[0].atMs <= performance.now()) {
      const { bytes: chunk } = waiting.shift()!;
      if (chunk === undefined) to.end();
      else {
        bytes -= chunk.length;
        to.write(chunk);
      }
    }
    if (bytes < UNDER_WAY_BYTES_MAX && to.writableLength < UNDER_WAY_BYTES_MAX) from.resume();
    wait();
  };
  const wait = (): void => {
    const [next] = waiting;
    if (next !== undefined) timer ??= setTimeout(pass, Math.max(0, next.atMs - performance.now()));
  };
  const take = (chunk: Buffer | undefined): void => {
    lastMs = Math.max(lastMs, delays.arrivalMs(performance.now()));
    waiting.push({ atMs: lastMs, bytes: chunk });
    bytes += chunk?.length ?? 0;
    if (bytes >= UNDER_WAY_BYTES_MAX) from.pause();
    wait();
  };
  from.on('data', take);
  from.on('end', () => take(undefined));
  from.on('error', () => to.destroy());
  from.on('close', () => {
    if (!from.readableEnded) to.destroy();
  });
  to.on('drain', pass);
  to.on('close', () => {
    clearTimeout(timer);
    waiting.length = 0;
  });
}
