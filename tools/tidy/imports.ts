/** Imports run one way, in no circle, only to what a package.json names; and nothing lies about that nobody uses. */
import { basename } from 'node:path';
import type { Repository, SourceFile } from './repository.ts';

/** What each area may import of ours; whoever is not named here (tools, bench, integration tests) may import anything. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'packages/maze': [],
  'packages/protocol': [],
  'packages/service-kit': ['packages/protocol'],
  'packages/client': ['packages/protocol', 'packages/maze'],
  'services/session': ['packages/protocol', 'packages/service-kit'],
  'services/matchmaking': ['packages/protocol', 'packages/service-kit'],
  'services/simulation': ['packages/protocol', 'packages/service-kit', 'packages/maze'],
  'services/edge': ['packages/protocol', 'packages/service-kit'],
  'clients/web': ['packages/protocol', 'packages/client', 'packages/maze'],
};

const areaOf = (path: string) => path.split('/').slice(0, 2).join('/');

export function importDirections({ sources }: Repository): string[] {
  return sources.flatMap((file) => {
    const allowed = ALLOWED[file.area];
    if (!allowed) return [];
    return file.imports.flatMap(({ specifier, target, line }) => {
      const where = `${file.path}:${line}`;
      if ('package' in target) {
        const isPure = file.area === 'packages/maze' && !file.isTest;
        return isPure ? [`${where} imports ${specifier}: the rules import nothing`] : [];
      }
      const area = areaOf(target.file);
      if (area === file.area || !/\.(ts|mjs)$/.test(target.file)) return [];
      if (!allowed.includes(area)) return [`${where} imports ${specifier}: ${file.area} may not know ${area}`];
      return specifier.startsWith('.') ? [`${where} imports ${specifier}: name the package instead`] : [];
    });
  });
}

/** Tests and tools may use what the root names, everybody else what his own package.json names. */
export function declaredDependencies({ sources, packages }: Repository): string[] {
  const shared = packages.get('')?.dependencies ?? new Set();
  return sources.flatMap((file) => {
    const own = packages.get(file.area);
    return file.imports.flatMap(({ specifier, target, line }) => {
      const name =
        'package' in target
          ? target.package
          : [...packages.values()].find((one) => specifier.startsWith(one.name))?.name;
      if (name === undefined || name.startsWith('node:') || name === own?.name || own?.dependencies.has(name))
        return [];
      if (!own && (name.startsWith('@clew/') || shared.has(name))) return [];
      if (file.isTest && shared.has(name)) return [];
      return [
        `${file.path}:${line} imports ${name}, which ${own ? file.area : 'the root'}'s package.json does not name`,
      ];
    });
  });
}

/** Each circle once, as the files on it. Types count: a circle of types is one of thoughts. */
export function importCycles({ sources }: Repository): string[] {
  const byPath = new Map(sources.map((file) => [file.path, file]));
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]) => {
    const back = trail.indexOf(path);
    if (back >= 0) cycles.push(`${[...trail.slice(back), path].join(' → ')}: a circle of imports`);
    if (back >= 0 || done.has(path)) return;
    for (const { target } of byPath.get(path)?.imports ?? [])
      if ('file' in target) visit(target.file, [...trail, path]);
    done.add(path);
  };
  for (const { path } of sources) visit(path, []);
  return cycles;
}

/** Where programs begin: what npm runs, what others start by path, what packages export by name, configuration of tools. */
function isEntry({ packages, texts }: Repository, file: SourceFile): boolean {
  if (file.isTest || /(^|\/)main\.ts$/.test(file.path) || /\.config\.ts$/.test(file.path)) return true;
  const scripts = packages.get('')?.scripts.join(' ') ?? '';
  const pages = [...texts]
    .filter(([path]) => path.startsWith(file.area) && path.endsWith('.html'))
    .map(([, text]) => text);
  const exported = Object.values(packages.get(file.area)?.exports ?? {}).map((path) => `${file.area}/${path.slice(2)}`);
  return (
    scripts.includes(file.path) ||
    pages.some((page) => page.includes(file.path.slice(file.area.length))) ||
    exported.includes(file.path)
  );
}

/** Sources that no program reaches (tests alone keep only their own fakes alive), scripts and styles that nobody names. */
export function unusedFiles(repository: Repository): string[] {
  const { sources, texts } = repository;
  const byPath = new Map(sources.map((file) => [file.path, file]));
  const reachFrom = (entries: readonly SourceFile[]) => {
    const reached = new Set<string>();
    const visit = (path: string) => {
      if (reached.has(path)) return;
      reached.add(path);
      for (const { target } of byPath.get(path)?.imports ?? []) if ('file' in target) visit(target.file);
    };
    for (const { path } of entries) visit(path);
    return reached;
  };
  const entries = sources.filter((file) => isEntry(repository, file));
  const product = reachFrom(entries.filter((file) => !file.isTest));
  const tested = reachFrom(entries);
  const unused = sources.flatMap((file) => {
    if (product.has(file.path)) return [];
    if (!tested.has(file.path)) return [`${file.path} is used by nothing`];
    return isForTests(file) ? [] : [`${file.path} is used by tests only`];
  });
  const others = [...texts.keys()].filter((path) => /\.(lua|sh|css)$/.test(path));
  const orphans = others.filter((path) => {
    const name = basename(path);
    const named = new RegExp(`['"\`/](${RegExp.escape(name)}|${RegExp.escape(name.replace(/\.\w+$/, ''))})['"\`]`);
    return ![...texts].some(
      ([other, text]) => other !== path && /\.(ts|mjs|html|css)$/.test(other) && named.test(text),
    );
  });
  return [...unused, ...orphans.map((path) => `${path} is named by nothing`)];
}

/** Fakes, and what else exists for tests alone. */
export function isForTests({ area, isTest, path }: SourceFile): boolean {
  return isTest || area === 'integration-tests' || /(^|\/)(testing|fakes|tidy)\//.test(path) || /\/fake-/.test(path);
}
