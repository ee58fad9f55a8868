/** `npm run doctor`: one page about running services. */
import { setTimeout as pause } from 'node:timers/promises';
import { root, runScript, SetupFault } from '../setup.mjs';
import { readStackNote, stackNotePath } from '../start/stack-note.ts';
import { stopRequest } from '../start/stop-request.ts';
import type { Checkup } from './checkup.ts';
import { examine } from './examination.ts';
import { type DoctorFlags, parseFlags } from './flags.ts';
import { pageOf } from './page.ts';
import { summaryOf } from './summary.ts';

runScript('npm run doctor', async () => {
  const parsed = parseFlags(process.argv.slice(2), process.env);
  if (parsed.kind === 'help') return void process.stdout.write(parsed.text);
  if (parsed.kind === 'fault') throw new SetupFault(parsed.message);
  const stop = stopRequest(process, () => process.exit(1));
  const { flags } = parsed;
  try {
    const summary = summaryOf(await checkUp(flags, stop));
    console.log(flags.json ? JSON.stringify(summary, null, 2) : `\n${pageOf(summary)}\n`);
  } catch (error) {
    if (!stop.aborted) throw error;
    process.exit(1);
  }
  process.exit(0);
});

async function checkUp({ opsUrls, port, token, seconds, json }: DoctorFlags, stop: AbortSignal): Promise<Checkup> {
  const note = opsUrls === undefined ? readStackNote(stackNotePath(root, port)) : undefined;
  const urls = opsUrls ?? note?.opsUrls;
  if (urls === undefined) {
    throw new SetupFault(`no npm start runs here with port ${port}; name operators' listeners: --ops host:port,…`);
  }
  const look = () => Promise.all(urls.map((url) => examine(url, token ?? note?.opsToken, stop)));
  const before = await look();
  if (before.every((one) => one === undefined)) {
    const hosts = urls.map((url) => new URL(url).host);
    throw new SetupFault(`no service of Clew answers at ${hosts.join(', ')}`);
  }
  if (!json && process.stdout.isTTY) console.error(`looking for ${seconds} s …`);
  await pause(seconds * 1_000, undefined, { signal: stop });
  const now = await look();
  const patients = urls.flatMap((_, index) => {
    const [first, second] = [before[index], now[index]];
    return first && second ? [{ before: first, now: second }] : [];
  });
  return { patients, unreachable: urls.filter((_, index) => !before[index] || !now[index]), seconds };
}
