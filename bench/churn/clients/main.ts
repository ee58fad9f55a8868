/** A process of clients: lives through the lives that its parent orders, many at a time, and tells how it went. */
import { Life } from './life.ts';
import type { Order, Report } from './orders.ts';
import { ways } from './ways.ts';
import type { OpenStream } from './wire/line.ts';

/** A life that takes longer hangs. */
const LIFE_MS_MAX = 30_000;
const SIGN_OF_LIFE_MS = 1_000;
const FAILURES_TOLD = 5;

/** Who waits for somebody else to end it. */
const held: { readonly life: Life; readonly stream: OpenStream }[] = [];
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
      for (const { life } of held.splice(0)) life[Symbol.dispose]();
  }
});
process.on('disconnect', () => process.exit());

async function carryOut(order: Extract<Order, { kind: 'live' | 'hold' }>): Promise<Report> {
  const way = ways.find(({ name }) => name === order.way);
  if (way === undefined) throw new Error(`no way is called ${order.way}`);
  const failures: string[] = [];
  const playerIds: string[] = [];
  let next = 0;
  let lived = 0;
  let failed = 0;
  const one = async () => {
    while (next < order.sessions) {
      const index = next++;
      const [first, second] = order.edges;
      const edges = second !== undefined && index % 2 === 1 ? [second, first!] : order.edges;
      try {
        await carryOutOne(new Life({ door: order.door, edges, index: Math.floor(index / 2) }));
        lived += 1;
      } catch (thrown) {
        failed += 1;
        if (failures.length < FAILURES_TOLD) failures.push(`${order.door}: ${(thrown as Error).message}`);
      }
    }
  };
  const carryOutOne = async (life: Life) => {
    using owned = new DisposableStack();
    owned.use(life);
    if (way.kind === 'own hand') return await life.inTime(way.live, LIFE_MS_MAX);
    held.push({ life, stream: await life.inTime(way.hold, LIFE_MS_MAX) });
    playerIds.push(...life.playerIds);
    owned.move(); // it lives on
    signs ??= setInterval(() => {
      for (const { stream } of held) stream.sayHere();
    }, SIGN_OF_LIFE_MS);
  };
  await Promise.all(Array.from({ length: Math.min(order.atOnce, order.sessions) }, one));
  return { order: order.order, lived, failed, failures, playerIds };
}
