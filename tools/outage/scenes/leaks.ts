import { fileURLToPath } from 'node:url';
import type { SeenAlert } from '../alert-webhook.ts';
import { MEMORY_LIMIT_MB, type SceneRecord, Stage, startClew, type Theatre } from '../scene.ts';

const LEAKING = 'edge-1';

interface Leak {
  readonly name: string;
  readonly title: string;
  /** Injected by `node --import`; it begins with SIGUSR2. */
  readonly preload: string;
  readonly calmSeconds: number;
  readonly alertSecondsMax: number;
  /** The alert that names what there is to name. */
  readonly isNamed: (alert: SeenAlert) => boolean;
}

const preload = (url: URL) => fileURLToPath(url);

const skippedCleanup: Leak = {
  name: 'skipped-cleanup',
  title: `Clew, whose ${LEAKING} forgets to take players who left out of a registered collection`,
  preload: preload(new URL('../../../integration-tests/outage/leaks/skipped-cleanup.ts', import.meta.url)),
  calmSeconds: 10,
  alertSecondsMax: 120,
  isNamed: ({ name, labels }) => name === 'CollectionOrphans' && labels.collection === 'edge.players',
};

const hiddenClosure: Leak = {
  name: 'hidden-closure',
  title: `Clew, whose ${LEAKING} keeps 1 MB a second in a closure that nobody registered`,
  preload: preload(new URL('../../../integration-tests/outage/leaks/hidden-closure.ts', import.meta.url)),
  // A process that has just started still grows to its size: memory alerts begin at 90 seconds.
  calmSeconds: 75,
  alertSecondsMax: 180,
  isNamed: ({ name }) => name === 'MemoryGrows',
};

/** Clew with a leak; seconds until the alert that names it. */
async function leak(theatre: Theatre, about: Leak): Promise<{ seconds: number | undefined; record: SceneRecord }> {
  await using owned = new AsyncDisposableStack();
  const stack = owned.use(
    await startClew(theatre, { nodeArgs: (name) => (name === LEAKING ? ['--import', about.preload] : []) }),
  );
  const stage = owned.use(
    await Stage.open(theatre, {
      name: about.name,
      title: about.title,
      targets: stack.services,
      edge: stack.edges[0]!.grpcAddress,
      limitMb: MEMORY_LIMIT_MB,
    }),
  );
  await stage.load.gather();
  stage.load.beginVisits();
  stage.mark('players stay, visitors come and vanish');
  await stage.pass(about.calmSeconds);
  const beganMs = stage.mark('the leak begins');
  await stack.services.find(({ name }) => name === LEAKING)!.kill('SIGUSR2');
  const isNamed = (alert: SeenAlert) => alert.labels.service_instance_id === LEAKING && about.isNamed(alert);
  const seconds = await stage.alerted(isNamed, beganMs, about.alertSecondsMax);
  const record = await stage.record();
  await stage.load.leave();
  return { seconds, record };
}

export const skippedCleanupLeak = (theatre: Theatre) => leak(theatre, skippedCleanup);
export const hiddenLeak = (theatre: Theatre) => leak(theatre, hiddenClosure);
