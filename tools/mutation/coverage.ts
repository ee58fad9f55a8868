/**
 * Loaded into the process of a test file: notes which tests reach which places. CLEW_MUTATION_PLACES names a file with
 * offsets by the path of their source, CLEW_MUTATION_HITS one to write: names of tests, by place. What runs between two tests
 * may belong to either.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { type Profiler, Session } from 'node:inspector';
import { afterEach } from 'node:test';
import { pathToFileURL } from 'node:url';

const { CLEW_MUTATION_PLACES: placesFile, CLEW_MUTATION_HITS: hitsFile } = process.env;

if (placesFile && hitsFile) {
  const places: Record<string, number[]> = JSON.parse(readFileSync(placesFile, 'utf8'));
  const byUrl = new Map(Object.entries(places).map(([path, offsets]) => [pathToFileURL(path).href, { path, offsets }]));
  const hits: Record<string, Record<number, string[]>> = {};
  const hit = (path: string, offset: number, test: string) => {
    hits[path] ??= {};
    hits[path][offset] ??= [];
    const tests = hits[path][offset];
    if (test !== '' && !tests.includes(test)) tests.push(test);
  };
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

  let before = '';
  const note = (test: string) => {
    session.post('Profiler.takePreciseCoverage', (_error, { result }) => {
      for (const script of result) {
        const { path, offsets } = byUrl.get(script.url) ?? { path: '', offsets: [] };
        for (const offset of offsets) {
          if (!isReached(offset, script.functions)) continue;
          hit(path, offset, before);
          hit(path, offset, test);
        }
      }
    });
    before = test;
  };
  afterEach((context) => note(context.name));
  process.on('exit', () => {
    note('');
    writeFileSync(hitsFile, JSON.stringify(hits));
  });
}

/** Whether the innermost block around the offset ran since it was last asked. */
function isReached(offset: number, functions: readonly Profiler.FunctionCoverage[]): boolean {
  let innermost: Profiler.CoverageRange | undefined;
  for (const { ranges } of functions) {
    for (const range of ranges) {
      if (offset < range.startOffset || offset >= range.endOffset) continue;
      if (innermost && range.endOffset - range.startOffset > innermost.endOffset - innermost.startOffset) continue;
      innermost = range;
    }
  }
  return innermost !== undefined && innermost.count > 0;
}
