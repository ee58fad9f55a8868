/** The rules of the game are pure: the same in every process, on every machine, at every time (docs: style of packages/maze). */
import { at, isSyntax, type Repository, type SourceFile, type Syntax, walk } from './repository.ts';

/** Exact by IEEE 754 or on integers; sine, powers and logarithms differ between engines. */
const EXACT_MATH = new Set([
  'abs',
  'ceil',
  'clz32',
  'floor',
  'fround',
  'imul',
  'max',
  'min',
  'round',
  'sign',
  'sqrt',
  'trunc',
]);

/** What knows of a clock, of chance, of the outside, or of an order that is left to chance. */
const BANNED_NAMES = new Set([
  ...[
    'Date',
    'performance',
    'Temporal',
    'setTimeout',
    'setInterval',
    'setImmediate',
    'queueMicrotask',
    'requestAnimationFrame',
  ],
  ...['Promise', 'crypto', 'process', 'globalThis', 'window', 'document', 'fetch', 'console', 'Intl', 'WeakRef'],
]);

export function determinism({ sources }: Repository): string[] {
  return sources
    .filter((file) => file.area === 'packages/maze' && !file.isTest)
    .flatMap((file) => {
      const unordered = namesOfMaps(file);
      return [...walk(file.syntax)].flatMap((node) => {
        const why = faultOf(node, unordered);
        return why === undefined ? [] : [at(file, node, why)];
      });
    });
}

function faultOf(node: Syntax, unordered: ReadonlySet<string>): string | undefined {
  if (node.type === 'MemberExpression' && nameOf(node.object) === 'Math') {
    const name = nameOf(node.property);
    return name && EXACT_MATH.has(name) ? undefined : `Math.${name} is not the same on every machine`;
  }
  if (node.async === true || node.type === 'AwaitExpression') return 'the rules are not asynchronous';
  if (node.type === 'BinaryExpression' && node.operator === '**') return '** is not the same on every machine';
  if (node.type === 'ForInStatement') return 'for…in has no order that one can rely on';
  if (node.type === 'ForOfStatement' && iteratesOver(node.right, unordered))
    return 'the order of a Map or Set depends on its history';
  if (node.type === 'SpreadElement' && iteratesOver(node.argument, unordered))
    return 'the order of a Map or Set depends on its history';
  if (node.type === 'Identifier' && BANNED_NAMES.has(String(node.name))) return `${node.name} is not for pure rules`;
  return undefined;
}

/** Names of variables, fields and parameters of this file that are Maps or Sets, by what they are set to or declared as. */
function namesOfMaps(file: SourceFile): Set<string> {
  const names = new Set<string>();
  for (const node of walk(file.syntax)) {
    const name = nameOf(node.id) ?? nameOf(node.key) ?? (node.type === 'Identifier' ? nameOf(node) : undefined);
    const value = node.init ?? node.value;
    const created = isSyntax(value) && value.type === 'NewExpression' && /^(Map|Set)$/.test(nameOf(value.callee) ?? '');
    const typed = isSyntax(node.typeAnnotation) && /^:\s*(Readonly)?(Map|Set)</.test(textOf(file, node.typeAnnotation));
    if (name && (created || typed)) names.add(name);
  }
  return names;
}

/** `map`, `this.map`, `map.keys()`, `Array.from(map)` is by value; sorting it right away (`[...map].sort`) is up to tests. */
function iteratesOver(node: unknown, unordered: ReadonlySet<string>): boolean {
  if (!isSyntax(node)) return false;
  if (node.type === 'Identifier') return unordered.has(String(node.name));
  if (node.type === 'MemberExpression') return unordered.has(nameOf(node.property) ?? '');
  if (node.type !== 'CallExpression' || !isSyntax(node.callee)) return false;
  const method = nameOf(node.callee.property) ?? '';
  return ['keys', 'values', 'entries'].includes(method) && iteratesOver(node.callee.object, unordered);
}

function nameOf(node: unknown): string | undefined {
  return isSyntax(node) && typeof node.name === 'string' ? node.name : undefined;
}

function textOf(file: SourceFile, node: Syntax): string {
  return file.text.slice(node.start, node.end);
}
