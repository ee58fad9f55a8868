/** The repository as the rules see it: paths, texts, syntax trees, and who imports what. Rules get it from disk or from strings. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { parseAst } from 'rolldown/parseAst';

/** A node of a syntax tree (ESTree with TypeScript); its fields depend on its type. */
export interface Syntax {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export interface Import {
  /** As it is written. */
  readonly specifier: string;
  /** The file of ours that it means, or the name of a package, or a module of Node ("node:…"). */
  readonly target: { readonly file: string } | { readonly package: string };
  readonly line: number;
}

export interface SourceFile {
  /** Relative to the repository, with slashes. */
  readonly path: string;
  readonly text: string;
  /** "packages/maze", "services/edge", "clients/web", "tools", "bench", "integration-tests". */
  readonly area: string;
  readonly isTest: boolean;
  readonly syntax: Syntax;
  readonly imports: readonly Import[];
}

export interface Repository {
  /** TypeScript and plain scripts. */
  readonly sources: readonly SourceFile[];
  /** All files, sources too. */
  readonly texts: ReadonlyMap<string, string>;
  /** Of the workspaces and the root, by folder ("" is the root). */
  readonly packages: ReadonlyMap<string, Package>;
}

export interface Package {
  readonly name: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies: ReadonlySet<string>;
  readonly scripts: readonly string[];
}

const FILES = '{packages,services,clients,tools,bench,integration-tests}/**/*.{ts,mjs,json,lua,sh,css,html}';
const FOREIGN = /(^|\/)(node_modules|dist|gen|peers)(\/|$)/;

export function readRepository(root: string): Repository {
  const paths = globSync([FILES, 'package.json', 'docs/*.md'], { cwd: root, exclude: (path) => FOREIGN.test(path) });
  return repositoryOf(Object.fromEntries(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')])));
}

/** A repository of these texts, by path. */
export function repositoryOf(files: Readonly<Record<string, string>>): Repository {
  const texts = new Map(Object.entries(files));
  const packages = new Map(
    [...texts].flatMap(([path, text]) =>
      path.endsWith('package.json') ? [[dirname(path) === '.' ? '' : dirname(path), readPackage(text)]] : [],
    ),
  );
  const sources = [...texts.keys()]
    .filter((path) => /\.(ts|mjs)$/.test(path))
    .sort()
    .map((path) => parse(path, texts.get(path)!, packages));
  return { sources, texts, packages };
}

/** "path:line what", as editors and people can follow it. */
export function at(file: SourceFile, node: { readonly start: number }, what: string): string {
  return `${file.path}:${lineOf(file.text, node.start)} ${what}`;
}

export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** A node and all below it, outermost first; `into` decides whether to go below a node. */
export function* walk(node: Syntax, into: (node: Syntax) => boolean = () => true): Generator<Syntax> {
  yield node;
  if (!into(node)) return;
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isSyntax(child)) yield* walk(child, into);
  }
}

export function isSyntax(value: unknown): value is Syntax {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

function readPackage(text: string): Package {
  const { name, exports = {}, dependencies = {}, devDependencies = {}, scripts = {} } = JSON.parse(text);
  const named = new Set([...Object.keys(dependencies), ...Object.keys(devDependencies)]);
  return { name, exports, dependencies: named, scripts: Object.values(scripts) };
}

function parse(path: string, text: string, packages: ReadonlyMap<string, Package>): SourceFile {
  const syntax = parseAst(text, { lang: path.endsWith('.ts') ? 'ts' : 'js' }, path) as unknown as Syntax;
  const [top = '', folder = ''] = path.split('/');
  const area = ['packages', 'services', 'clients'].includes(top) ? `${top}/${folder}` : top;
  const imports = importsOf(syntax).map(({ specifier, start }) => ({
    specifier,
    target: resolve(path, specifier, packages),
    line: lineOf(text, start),
  }));
  return { path, text, area, isTest: /\.test\.ts$/.test(path), syntax, imports };
}

/** Static, dynamic and re-exporting imports, types too, and files named by `new URL('./x', import.meta.url)`. */
function importsOf(syntax: Syntax): { specifier: string; start: number }[] {
  return [...walk(syntax)].flatMap((node) => {
    const isImport = /^(Import|ExportNamed|ExportAll)(Declaration|Expression)$/.test(node.type);
    const isUrl = node.type === 'NewExpression' && (node.callee as Syntax).name === 'URL';
    const source = isImport ? node.source : isUrl ? (node.arguments as Syntax[])[0] : undefined;
    const specifier = isSyntax(source) ? source.value : undefined;
    if (typeof specifier !== 'string' || (isUrl && !specifier.startsWith('.'))) return [];
    return [{ specifier, start: node.start }];
  });
}

function resolve(from: string, specifier: string, packages: ReadonlyMap<string, Package>): Import['target'] {
  if (specifier.startsWith('.')) return { file: normalize(join(dirname(from), specifier.split('?')[0]!)) };
  for (const [folder, { name, exports }] of packages) {
    if (specifier !== name && !specifier.startsWith(`${name}/`)) continue;
    const asked = `.${specifier.slice(name.length)}`;
    for (const [pattern, target] of Object.entries(exports)) {
      const [before = '', after] = pattern.split('*');
      if (after === undefined ? asked === pattern : asked.startsWith(before) && asked.endsWith(after)) {
        const star = asked.slice(before.length, asked.length - (after ?? '').length);
        return { file: normalize(join(folder, target.replace('*', star))) };
      }
    }
    return { file: `${folder}/(not exported)` };
  }
  const parts = specifier.split('/');
  return {
    package: specifier.startsWith('@')
      ? parts.slice(0, 2).join('/')
      : specifier.startsWith('node:')
        ? specifier
        : parts[0]!,
  };
}
