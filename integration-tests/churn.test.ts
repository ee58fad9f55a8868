/**
 * Two thousand sessions that end in every way there is, over every door; then everything that they held must be back:
 * objects in the services' heaps, sockets, timers, listeners, entries of collections, keys and index entries in Redis.
 * The long run of the same: `npm run bench -- churn`.
 */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { Churn, type Round } from '../bench/churn/churn.ts';
import { type Way, ways } from '../bench/churn/clients/ways.ts';
import { leftBehind, type Observation } from '../bench/churn/observation.ts';
import { startRedis } from './redis.ts';

const SESSIONS = 2_000;
const LEAST = 20;
const STREAMS_LEAST = 8;
/** Whatever a process makes once, when somebody comes or goes this way for the first time, is no leak. */
const WARM_UP_SESSIONS = 8;
/** Each method, broken off in each of two ways, at each of two edges, by gRPC at least. */
const WARM_UP_RPCS = 80;
/** The bound of a stalled reader is 6 s; the rest is for a busy machine. */
const CUT_MS_MAX = 30_000;

suite('sessions that end by', () => {
  const owned = new AsyncDisposableStack();
  let churn: Churn;
  let baseline: Observation;
  let round: Round;
  /** What there was more of after the round, and yet more after another one. */
  let left: string[];
  let keysWithoutTtl: number | undefined;

  before(async () => {
    const redis = owned.use(await startRedis());
    const log: string[] = [];
    churn = owned.use(
      await Churn.start({
        redisUrl: redis.url,
        say: () => undefined,
        signal: new AbortController().signal,
        onLog: (name, line) => log.push(`${name} | ${line}`),
      }),
    );
    await churn.round(churn.ways, warmingUp);
    baseline = await churn.baseline();
    round = await churn.round(churn.ways, planned);
    const settled = await churn.settle(baseline);
    keysWithoutTtl = settled.counts['redis keys without TTL'];
    left = await leftAfter(settled);
    for (const line of log) console.error(line); // errors only
  });
  after(() => owned.disposeAsync());

  /** What is made once, whenever that is, is no leak; what a leak is grows each time. */
  async function leftAfter(settled: Observation): Promise<string[]> {
    const grown = leftBehind(settled.counts, baseline.counts);
    if (grown.length === 0) return [];
    console.error(`more than before, so once again: ${grown.map(told).join(', ')}`);
    await churn.round(churn.ways, warmingUp);
    const again = leftBehind((await churn.settle(settled)).counts, settled.counts);
    return grown.filter(({ name }) => again.some((other) => other.name === name)).map(told);
  }

  for (const way of ways) {
    test(way.name, (t) => {
      const obstacle = churn.obstacleOf(way);
      if (obstacle !== undefined) return t.skip(`not here: ${obstacle}`);
      // On a busy machine some come too late; they must leave nothing either.
      const lived = round.lived[way.name] ?? 0;
      const why = round.failures.filter((failure) => failure.startsWith(way.name)).join('\n');
      assert.ok(lived > churn.planned(planned(way)) / 2, `${lived} ended this way\n${why}`);
    });
  }

  test('any of these ways leave nothing behind, in no process and not in Redis', () => {
    assert.deepEqual(left, []);
  });

  test('stalling are cut, all of them', () => {
    assert.ok(round.cutMs !== undefined && round.cutMs < CUT_MS_MAX, `the last after ${round.cutMs} ms`);
  });

  test('leave no key without a TTL', () => {
    assert.equal(keysWithoutTtl, 0);
  });
});

const told = ({ name, before, after }: { name: string; before: number; after: number }) =>
  `${name}: ${before} → ${after}`;

function warmingUp({ name }: Way): number {
  if (name.includes('each RPC')) return WARM_UP_RPCS;
  return name.includes('streams') ? WARM_UP_SESSIONS / 2 : WARM_UP_SESSIONS;
}

function planned({ name, share }: Way): number {
  if (name.includes('streams')) return STREAMS_LEAST;
  return Math.max(LEAST, (SESSIONS * share) / 100);
}
