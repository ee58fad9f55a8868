/**
 * Loaded before a service (`node --expose-gc --import …/probe/main.ts`), by benches and tests only: tells what the process
 * holds, after a forced garbage collection, to whoever connects to the socket that CLEW_PROBE_SOCKET names. Not from the
 * service's own books: the engine is asked for every object that can still be reached.
 */
import { EventEmitter } from 'node:events';
import { rmSync } from 'node:fs';
import { connect, performServerHandshake } from 'node:http2';
import { Session } from 'node:inspector';
import { createServer, Server, Socket } from 'node:net';
import { duplexPair } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { getSystemErrorName } from 'node:util';
import { PER_METHOD, type ProbeReport } from './report.ts';

const socketPath = process.env.CLEW_PROBE_SOCKET;
const gc = globalThis.gc;
if (socketPath === undefined || gc === undefined) throw new Error('the probe needs CLEW_PROBE_SOCKET and --expose-gc');

// Node makes and keeps its map of the system's errors at the first of them, whenever that is.
getSystemErrorName(-1);
const http2 = await http2Prototypes();
const timer = setTimeout(() => {}, 0);
clearTimeout(timer);
/** What is counted: objects by the prototype that all of their kind have. */
const prototypes: Readonly<Record<string, object>> = {
  timers: Object.getPrototypeOf(timer) as object,
  'http2 sessions': http2.session,
  'http2 streams': http2.stream,
  sockets: Socket.prototype,
  servers: Server.prototype,
  'abort signals': AbortSignal.prototype,
  emitters: EventEmitter.prototype,
  maps: Map.prototype,
  sets: Set.prototype,
};

rmSync(socketPath, { force: true });
createServer((caller) => {
  caller.on('error', () => {});
  void report().then((answer) => caller.end(JSON.stringify(answer)));
})
  .listen(socketPath)
  .unref();

async function report(): Promise<ProbeReport> {
  for (let round = 0; round < 3; round += 1) {
    await turn(); // what finalizers and microtasks hold goes, too
    gc!();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  const handles: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1;
  return { heapBytes: heapUsed + external, rssBytes: rss, objects: countObjects(), handles };
}

/** One walk through the whole heap: it is what takes the time. */
function countObjects(): Record<string, number> {
  const inspector = new Session();
  inspector.connect();
  const objectGroup = 'probe';
  const global = globalThis as { clewProbe?: (objects: object[]) => Record<string, number> };
  global.clewProbe = countByKind;
  try {
    const { result } = ask(inspector, 'Runtime.evaluate', { expression: 'Object.prototype', objectGroup });
    const { objects } = ask(inspector, 'Runtime.queryObjects', { prototypeObjectId: result!.objectId!, objectGroup });
    const counted = ask(inspector, 'Runtime.callFunctionOn', {
      objectId: objects!.objectId!,
      functionDeclaration: 'function () { return clewProbe(this) }',
      returnByValue: true,
    });
    return counted.result!.value as Record<string, number>;
  } finally {
    delete global.clewProbe;
    ask(inspector, 'Runtime.releaseObjectGroup', { objectGroup });
    inspector.disconnect();
  }
}

function countByKind(objects: object[]): Record<string, number> {
  const names = new Map(Object.entries(prototypes).map(([name, prototype]) => [prototype, name]));
  const counts: Record<string, number> = {};
  const add = (name: string, count: number) => {
    if (count > 0) counts[name] = (counts[name] ?? 0) + count;
  };
  for (const object of objects) {
    for (
      let prototype = Object.getPrototypeOf(object);
      prototype !== null;
      prototype = Object.getPrototypeOf(prototype)
    ) {
      const name = names.get(prototype);
      if (name === undefined) continue;
      add(name, 1);
      if (name === 'emitters') add('listeners', listenersOf(object as Emitter));
      if (name === 'maps') add(`entries of ${kindOf(object)}`, sizeOf(mapSize, object));
      if (name === 'sets') add(`entries of ${kindOf(object)}`, sizeOf(setSize, object));
    }
  }
  return counts;
}

interface Emitter {
  readonly _events?: Readonly<Record<string | symbol, unknown>>;
}

function listenersOf({ _events: events }: Emitter): number {
  let listeners = 0;
  for (const name of events ? Reflect.ownKeys(events) : []) {
    const entry = events![name];
    listeners += Array.isArray(entry) ? entry.length : 1;
  }
  return listeners;
}

const mapSize = Object.getOwnPropertyDescriptor(Map.prototype, 'size')!.get!;
const setSize = Object.getOwnPropertyDescriptor(Set.prototype, 'size')!.get!;

/** "Map of authorization", "BoundedMap of string": enough to find whose it is. Words are told, ids are not. */
function kindOf(collection: object): string {
  try {
    const [first] = Map.prototype.entries.call(collection as Map<unknown, unknown>);
    const key = first?.[0];
    if (isSeries(first?.[1]) || isMethod(key)) return PER_METHOD;
    return `${collection.constructor.name} of ${typeof key === 'string' ? wordsOf(key) : typeof key}`;
  } catch {
    return collection.constructor.name;
  }
}

const wordsOf = (key: string) => (/^[\w-]{20,}$/.test(key) ? 'ids' : key.replace(/\d+/g, '#').slice(0, 24));

const isMethod = (key: unknown) => typeof key === 'string' && key.startsWith('/clew.');

/** As service-kit's telemetry keeps it. */
function isSeries(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'histogram' in value && 'attributes' in value;
}

/** 0 for a prototype, which is of the kind and has no size. */
function sizeOf(size: () => number, object: object): number {
  try {
    return size.call(object);
  } catch {
    return 0;
  }
}

interface Answer {
  readonly result?: { readonly objectId?: string; readonly value?: unknown };
  readonly objects?: { readonly objectId?: string };
}

/** In one's own process the inspector answers before `post` returns. */
function ask(inspector: Session, method: string, parameters: object): Answer {
  let answer: Answer = {};
  inspector.post(method, parameters, (error, result) => {
    if (error) throw new Error(`${method}: ${error.message}`);
    answer = (result ?? {}) as Answer;
  });
  return answer;
}

/** Node keeps the classes of its HTTP/2 to itself: one session with itself shows them. */
async function http2Prototypes(): Promise<{ session: object; stream: object }> {
  const [near, far] = duplexPair();
  const server = performServerHandshake(far);
  const client = connect('http://probe', { createConnection: () => near });
  const stream = client.request();
  for (const one of [server, client, stream]) one.on('error', () => {});
  const base = (object: object) => Object.getPrototypeOf(Object.getPrototypeOf(object)) as object;
  const prototypes = { session: base(client), stream: base(stream) };
  client.destroy();
  server.destroy();
  await turn();
  return prototypes;
}
