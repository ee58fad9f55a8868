/** A process of clients: lives through the lives that its parent orders, many at a time, and tells how it went. */
import type { Order, Report } from './orders.ts';
import { type Held, type Life, ways } from './ways.ts';

/** A life that takes longer hangs. */
const LIFE_MS_MAX = 30_000;
const SIGN_OF_LIFE_MS = 1_000;
const FAILURES_TOLD = 5;

const held: Awaited<ReturnType<Held['hold']>>[] = [];
let signs: NodeJS.Timeout | undefined;

process.on('message', (order: Order) => {
  switch (order.kind) {
    case 'live':
    case 'hold':
      void carryOut(order).then((report) => process.send?.(report));
      break;
    case 'stall':
      clearInterval(signs);
      signs = undefined;
      for (const { stream } of held) stream.pause();
      break;
    case 'let go':
      for (const { player } of held.splice(0)) player.line.close();
  }
});
process.on('disconnect', () => process.exit());

async function carryOut(order: Extract<Order, { kind: 'live' | 'hold' }>): Promise<Report> {
  const way = ways.find(({ name }) => name === order.way);
  if (way === undefined) throw new Error(`no way is called ${order.way}`);
  const failures: string[] = [];
  let next = 0;
  let lived = 0;
  let failed = 0;
  const one = async () => {
    while (next < order.sessions) {
      const index = next++;
      const [first, second] = order.edges;
      const edges = second !== undefined && index % 2 === 1 ? [second, first!] : order.edges;
      try {
        await within(order.way, live({ door: order.door, edges, index: Math.floor(index / 2) }));
        lived += 1;
      } catch (thrown) {
        failed += 1;
        if (failures.length < FAILURES_TOLD) failures.push(`${order.door}: ${(thrown as Error).message}`);
      }
    }
  };
  const live = async (life: Life) => {
    if (way.kind === 'own hand') return way.live(life);
    held.push(await inTime(way.hold(life)));
    signs ??= setInterval(() => {
      for (const { stream } of held) stream.sayHere();
    }, SIGN_OF_LIFE_MS);
  };
  await Promise.all(Array.from({ length: Math.min(order.atOnce, order.sessions) }, one));
  return { order: order.order, lived, failed, failures };
}

/** Who comes later than that is sent away: nobody waits for him any more. */
async function inTime(holding: ReturnType<Held['hold']>): ReturnType<Held['hold']> {
  const untilMs = performance.now() + LIFE_MS_MAX - 1_000;
  const one = await holding;
  if (performance.now() < untilMs) return one;
  one.player.line.close();
  throw new Error('came too late');
}

async function within(what: string, life: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} takes too long`)), LIFE_MS_MAX);
  });
  try {
    await Promise.race([life, late]);
  } finally {
    clearTimeout(timer);
  }
}
