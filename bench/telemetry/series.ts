import type { Stack } from '../../tools/start/stack.ts';

/** Asks every process as Prometheus does; each series once, without its value. */
export async function scrape(stack: Stack): Promise<string[]> {
  const pages = stack.services.map(async ({ opsUrl }) => (await fetch(`${opsUrl}/metrics`)).text());
  const lines = (await Promise.all(pages)).flatMap((page) => page.split('\n'));
  return lines.flatMap((line) => (line === '' || line.startsWith('#') ? [] : line.slice(0, line.lastIndexOf(' '))));
}
