/** `npm run doctor`: one page about running services. */
import { setTimeout as pause } from 'node:timers/promises';
import { root, runScript, SetupFault } from '../setup.mjs';
import { readStackNote, stackNotePath } from '../start/stack-note.ts';
import { stopRequest } from '../start/stop-request.ts';
import type { Checkup } from './checkup.ts';
import { examine } from './examination.ts';
import { type DoctorFlags, parseFlags } from './flags.ts';
import { type Allocation, heapTable, largestAllocations, type ProfileNode } from './heap.ts';
import { pageOf } from './page.ts';
import { type Summary, summaryOf } from './summary.ts';

runScript('npm run doctor', async () => {
  const parsed = parseFlags(process.argv.slice(2), process.env);
  if (parsed.kind === 'help') return void process.stdout.write(parsed.text);
  if (parsed.kind === 'fault') throw new SetupFault(parsed.message);
  const stop = stopRequest(process, () => process.exit(1));
  const { flags } = parsed;
  try {
    if (flags.heap === undefined) tellPage(flags, summaryOf(await checkUp(flags, stop)));
    else tellHeap(flags, await heapOf(flags, flags.heap, stop));
  } catch (error) {
    if (!stop.aborted) throw error;
    process.exit(1);
  }
  process.exit(0);
});

function tellPage({ json }: DoctorFlags, summary: Summary): void {
  console.log(json ? JSON.stringify(summary, null, 2) : `\n${pageOf(summary)}\n`);
}

function tellHeap({ json }: DoctorFlags, allocations: readonly Allocation[]): void {
  console.log(json ? JSON.stringify(allocations, null, 2) : heapTable(allocations));
}

interface Listeners {
  readonly urls: readonly string[];
  readonly token: string | undefined;
}

/** Those that were named, or else those of the npm start of this machine. */
function listenersOf({ opsUrls, port, token }: DoctorFlags): Listeners {
  const note = opsUrls === undefined ? readStackNote(stackNotePath(root, port)) : undefined;
  const urls = opsUrls ?? note?.opsUrls;
  if (urls === undefined) {
    throw new SetupFault(`no npm start runs here with port ${port}; name operators' listeners: --ops host:port,…`);
  }
  return { urls, token: token ?? note?.opsToken };
}

const nobody = (urls: readonly string[]) =>
  new SetupFault(`no service of Clew answers at ${urls.map((url) => new URL(url).host).join(', ')}`);

async function heapOf(flags: DoctorFlags, name: string, stop: AbortSignal): Promise<Allocation[]> {
  const { urls, token } = listenersOf(flags);
  const there = (await Promise.all(urls.map((url) => examine(url, token, stop)))).filter((one) => one !== undefined);
  if (there.length === 0) throw nobody(urls);
  const found = there.find((one) => one.name === name);
  if (found === undefined) {
    throw new SetupFault(`there is no ${name}; there is ${there.map((one) => one.name).join(', ')}`);
  }
  if (process.stdout.isTTY) console.error(`watching ${name} allocate for ${flags.seconds} s …`);
  const response = await fetch(`${found.opsUrl}/debug/heap-profile?seconds=${flags.seconds}`, {
    headers: { authorization: `Bearer ${token ?? ''}` },
    signal: stop,
  });
  if (!response.ok) throw new SetupFault(`${name} refuses: ${(await response.text()).trim()}`);
  const { head } = (await response.json()) as { head: ProfileNode };
  return largestAllocations(head, root);
}

async function checkUp(flags: DoctorFlags, stop: AbortSignal): Promise<Checkup> {
  const { urls, token } = listenersOf(flags);
  const { seconds, json } = flags;
  const look = () => Promise.all(urls.map((url) => examine(url, token, stop)));
  const before = await look();
  if (before.every((one) => one === undefined)) throw nobody(urls);
  if (!json && process.stdout.isTTY) console.error(`looking for ${seconds} s …`);
  await pause(seconds * 1_000, undefined, { signal: stop });
  const now = await look();
  const patients = urls.flatMap((_, index) => {
    const [first, second] = [before[index], now[index]];
    return first && second ? [{ before: first, now: second }] : [];
  });
  return { patients, unreachable: urls.filter((_, index) => !before[index] || !now[index]), seconds };
}
