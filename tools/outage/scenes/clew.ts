import { fileURLToPath } from 'node:url';
import type { Service, Stack } from '../../start/stack.ts';
import { MEMORY_LIMIT_MB, type SceneRecord, Stage, startClew, type Theatre } from '../scene.ts';

const collectGarbage = fileURLToPath(new URL('../../../integration-tests/outage/collect-garbage.ts', import.meta.url));

const CALM_SECONDS = 20;
/** Of visits before memory is measured the first time: code is compiled, caches are full. */
const WARM_SECONDS = 40;
const VISITS_SECONDS = 75;
const ALERT_SECONDS_MAX = 75;
const SURGE_SHARE = 0.8;
const KILLED = 'session-1';

export interface ClewFigures {
  readonly crashed: boolean;
  readonly playersLost: number;
  readonly heapGrowthMb: number;
  readonly restartAlertSeconds: number | undefined;
  readonly surgeAlertSeconds: number | undefined;
}

/** Clew under the same load with the same limit; then a process is killed, and then most players vanish at once. */
export async function clew(theatre: Theatre): Promise<{ figures: ClewFigures; record: SceneRecord }> {
  let crashed = false;
  let isKilled = false;
  await using owned = new AsyncDisposableStack();
  const stack = owned.use(
    await startClew(theatre, {
      nodeArgs: () => ['--import', collectGarbage],
      onDeath: () => {
        crashed ||= !isKilled;
      },
    }),
  );
  const stage = owned.use(
    await Stage.open(theatre, {
      name: 'clew',
      title: 'Clew under the same load, with the same limit for each process',
      targets: stack.services,
      edge: stack.edges[0]!.grpcAddress,
      limitMb: MEMORY_LIMIT_MB,
    }),
  );
  const { load } = stage;
  await load.gather();
  stage.mark('all who want to stay are in');
  await stage.pass(CALM_SECONDS);
  stage.mark('visitors come, play and vanish');
  load.beginVisits();
  await stage.pass(WARM_SECONDS);
  const before = await heapsAfterGc(stack);
  await stage.pass(VISITS_SECONDS);
  const after = await heapsAfterGc(stack);
  const growths = stack.services.map(({ name }) => (after.get(name)! - before.get(name)!) / 1e6);
  const playersLost = load.playersLost;
  stage.mark(`${load.visits} visitors came; ${playersLost} players were lost`);

  isKilled = true;
  const killedMs = stage.mark(`${KILLED} is killed (SIGKILL)`);
  await stack.services.find(({ name }) => name === KILLED)!.kill('SIGKILL');
  const restartAlertSeconds = await stage.alerted(
    ({ name, labels }) => name === 'UncleanRestart' && labels.service_instance_id === KILLED,
    killedMs,
    ALERT_SECONDS_MAX,
  );
  load.endVisits();
  const surgedMs = stage.mark('most players lose their connection at once');
  load.surge(SURGE_SHARE);
  const surgeAlertSeconds = await stage.alerted(({ name }) => name === 'DisconnectSurge', surgedMs, ALERT_SECONDS_MAX);
  const figures = { crashed, playersLost, heapGrowthMb: Math.max(...growths), restartAlertSeconds, surgeAlertSeconds };
  const record = await stage.record();
  await load.leave();
  return { figures, record };
}

/** Heap in use of each process right after a full garbage collection, in bytes. */
async function heapsAfterGc(stack: Stack): Promise<Map<string, number>> {
  const heaps = await Promise.all(
    stack.services.map(async (service) => {
      await service.kill('SIGALRM');
      await new Promise((resolve) => setTimeout(resolve, 500));
      return [service.name, await heapAfterGc(service)] as const;
    }),
  );
  return new Map(heaps);
}

async function heapAfterGc({ opsUrl, name }: Service): Promise<number> {
  const response = await fetch(`${opsUrl}/metrics`);
  const found = /^clew_memory_heap_after_gc_bytes\{.*\} (\S+)/m.exec(await response.text());
  if (found === null) throw new Error(`${name} does not tell its heap`);
  return Number(found[1]);
}
