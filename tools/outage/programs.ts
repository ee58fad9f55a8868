/** Where Prometheus and Alertmanager come from: PATH, the distribution's packages, or Docker. */
import { debianAsRoot, installPackages } from '../machine/debian.ts';
import { engineAnswers } from '../machine/docker.ts';
import { findProgram } from '../machine/programs.ts';
import { SetupFault } from '../setup.mjs';

/** How to run one of them: a command, whose arguments follow. Files are seen at the same paths. */
export interface WatchPrograms {
  readonly prometheus: (folder: string) => readonly string[];
  readonly alertmanager: (folder: string) => readonly string[];
}

const names = { prometheus: ['prometheus'], alertmanager: ['prometheus-alertmanager', 'alertmanager'] } as const;
const packages = ['prometheus', 'prometheus-alertmanager'];
const images = { prometheus: 'prom/prometheus:v2.53.3', alertmanager: 'prom/alertmanager:v0.27.0' } as const;

/** Rejects with a SetupFault where neither can be had. */
export async function findWatchPrograms(say: (line: string) => void, signal: AbortSignal): Promise<WatchPrograms> {
  const found = () => {
    const [prometheus, alertmanager] = [findProgram(names.prometheus), findProgram(names.alertmanager)];
    return prometheus && alertmanager
      ? { prometheus: () => [prometheus], alertmanager: () => [alertmanager] }
      : undefined;
  };
  const there = found();
  if (there) return there;
  if (debianAsRoot()) {
    say(`installing ${packages.join(', ')}`);
    await installPackages(packages, signal);
    const installed = found();
    if (installed) return installed;
  }
  if (await engineAnswers())
    return { prometheus: inDocker(images.prometheus), alertmanager: inDocker(images.alertmanager) };
  throw new SetupFault('there is no Prometheus: install prometheus and alertmanager, or start Docker');
}

/** On the host's network: it scrapes loopback. */
function inDocker(image: string) {
  const user = process.getuid && process.getgid ? ['--user', `${process.getuid()}:${process.getgid()}`] : [];
  return (folder: string) => [
    ...['docker', 'run', '--rm', '--network', 'host', '--volume', `${folder}:${folder}`, ...user, image],
  ];
}
