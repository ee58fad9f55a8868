import { join } from 'node:path';
import { node, root, toolEnvironment } from '../../setup.mjs';
import { freePorts } from '../../start/ports.ts';
import { SupervisedProcess } from '../../start/supervised-process.ts';
import { MEMORY_LIMIT_MB, type SceneRecord, Stage, type Theatre } from '../scene.ts';

const NAME = 'old-server-1';
const CALM_SECONDS = 40;
const CRASH_SECONDS_MAX = 150;
const AFTER_SECONDS = 15;

export interface OldServerFigures {
  readonly crashed: boolean;
  /** From the first visitor who vanished. */
  readonly crashSeconds: number | undefined;
  readonly alertSeconds: number | undefined;
}

/** The server of 2024 under the load of that day, until it has crashed; watched as it was not then. */
export async function oldServer(theatre: Theatre): Promise<{ figures: OldServerFigures; record: SceneRecord }> {
  const [grpcPort = 0, opsPort = 0] = await freePorts(2);
  const died = Promise.withResolvers<void>();
  const server = new SupervisedProcess(
    {
      name: NAME,
      command: node,
      args: [`--max-old-space-size=${MEMORY_LIMIT_MB}`, join(root, 'integration-tests/outage/main.ts')],
      env: { ...toolEnvironment(), CLEW_GRPC_PORT: String(grpcPort), CLEW_OPS_PORT: String(opsPort) },
      stopMs: 2_000,
    },
    { line: () => undefined, died: () => died.resolve() },
  );
  server.start();
  await using owned = new AsyncDisposableStack();
  owned.defer(() => server.stop());
  const stage = owned.use(
    await Stage.open(theatre, {
      name: 'old',
      title: 'a server that keeps sessions as the one of 2024-08-18 did',
      targets: [{ name: NAME, kind: 'old-server', opsUrl: `http://127.0.0.1:${opsPort}` }],
      edge: `127.0.0.1:${grpcPort}`,
      limitMb: MEMORY_LIMIT_MB,
    }),
  );
  await stage.load.gather();
  stage.mark('all who want to stay are in');
  await stage.pass(CALM_SECONDS);
  const beganMs = stage.mark('visitors come, play and vanish');
  stage.load.beginVisits();
  const alerted = stage.alerted(({ name }) => name === 'MemoryGrows', beganMs, CRASH_SECONDS_MAX);
  const crashed = await Promise.race([died.promise.then(() => true), stage.pass(CRASH_SECONDS_MAX).then(() => false)]);
  const crashSeconds = crashed
    ? (stage.mark('the server ran out of memory; everybody is out') - beganMs) / 1_000
    : undefined;
  await stage.pass(AFTER_SECONDS);
  const alertSeconds = await alerted;
  return { figures: { crashed, crashSeconds, alertSeconds }, record: await stage.record() };
}
