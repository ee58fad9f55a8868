import { type SceneRecord, Stage, startClew, type Theatre } from '../scene.ts';

/** An evening: as many players as before, of whom one comes and one goes now and then. */
const load = { stayers: 40, visitorsPerSecond: 0.2, visitSeconds: 30 };

export interface HealthyFigures {
  /** Alerts that fired, but for the watchdog. */
  readonly falseAlerts: number;
  readonly minutes: number;
}

/** Clew as it is, under a load as it is: no alert may come. */
export async function healthy(
  theatre: Theatre,
  minutes: number,
): Promise<{ figures: HealthyFigures; record: SceneRecord }> {
  await using owned = new AsyncDisposableStack();
  const stack = owned.use(await startClew(theatre));
  const stage = owned.use(
    await Stage.open(theatre, {
      name: 'healthy',
      title: `${minutes} minutes of healthy load`,
      targets: stack.services,
      edge: stack.edges[0]!.grpcAddress,
      load,
    }),
  );
  await stage.load.gather();
  stage.load.beginVisits();
  stage.mark('players are in; some come, some go');
  await stage.pass(minutes * 60);
  const fired = stage.watch.webhook.alerts.filter(({ status }) => status === 'firing');
  for (const { annotations } of fired) stage.mark(`false alert: ${annotations.summary}`);
  const record = await stage.record();
  await stage.load.leave();
  return { figures: { falseAlerts: fired.length, minutes }, record };
}
