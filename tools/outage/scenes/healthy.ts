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
  await watchFor(stage, minutes);
  // Silence tells nothing where nobody could have spoken.
  if (stage.watch.webhook.heartbeats === 0)
    throw new Error('not even the watchdog arrived: the alert pipeline is dead');
  const record = await stage.record();
  await stage.load.leave();
  return { figures: { falseAlerts: firing(stage).length, minutes }, record };
}

/** A line a minute, for whoever waits, and one for each alert of it. */
async function watchFor(stage: Stage, minutes: number): Promise<void> {
  const { load, watch } = stage;
  let told = 0;
  for (let over = 0; over < minutes; ) {
    const step = Math.min(1, minutes - over);
    await stage.pass(step * 60);
    over += step;
    const fired = firing(stage);
    for (const { annotations } of fired.slice(told)) stage.theatre.say(`        false alert: ${annotations.summary}`);
    told = fired.length;
    const [connected, heartbeats] = [load.connected.at(-1)?.value ?? 0, watch.webhook.heartbeats];
    stage.theatre.say(
      `        minute ${over} of ${minutes}: ${connected} players, ${load.visits} visits, ${heartbeats} heartbeats, ${told} alerts`,
    );
  }
}

const firing = ({ watch }: Stage) => watch.webhook.alerts.filter(({ status }) => status === 'firing');
