/** M6: what lives as long as a process or an object is made by the registry of collections, or says who bounds it. */
import { isForTests } from './imports.ts';
import { at, isSyntax, lineOf, type Repository, type SourceFile, type Syntax, walk } from './repository.ts';

const isFunction = (node: Syntax) => /Function/.test(node.type);

/**
 * Fields of classes and variables of modules that begin as an empty Map, Set or array, in services and service-kit. A line
 * above or beside that cites M3 or M6 says why it is right: who bounds it, under which name it is counted.
 */
export function registeredCollections({ sources }: Repository): string[] {
  return sources
    .filter((file) => !isForTests(file) && (file.area.startsWith('services/') || file.area === 'packages/service-kit'))
    .flatMap((file) =>
      longLived(file).flatMap(({ node, value }) => (isExcused(file, node) ? [] : describe(file, node, value))),
    );
}

function describe(file: SourceFile, node: Syntax, value: Syntax): string[] {
  if (!isEmptyCollection(value)) return [];
  return [at(file, node, 'lives long: make it with collections.map or .set, or cite M3 or M6 and say who bounds it')];
}

/** Where values are first set that outlive a call: at module level, in fields, in constructors. */
function longLived(file: SourceFile): { node: Syntax; value: Syntax }[] {
  const found: { node: Syntax; value: Syntax }[] = [];
  const add = (node: Syntax, value: unknown) => void (isSyntax(value) && found.push({ node, value }));
  for (const node of walk(file.syntax, (one) => !isFunction(one) && one.type !== 'ClassBody')) {
    if (node.type === 'VariableDeclarator') add(node, node.init);
  }
  for (const node of walk(file.syntax)) {
    if (node.type === 'PropertyDefinition') add(node, node.value);
    if (node.type === 'MethodDefinition' && node.kind === 'constructor') {
      for (const inner of walk(node)) if (setsOwnField(inner)) add(inner, inner.right);
    }
  }
  return found;
}

function setsOwnField({ type, left }: Syntax): boolean {
  if (type !== 'AssignmentExpression' || !isSyntax(left) || !isSyntax(left.object)) return false;
  return left.object.type === 'ThisExpression';
}

/** One with entries is a table; only what begins empty is there to grow. */
function isEmptyCollection(value: Syntax): boolean {
  if (value.type === 'ArrayExpression') return (value.elements as unknown[]).length === 0;
  const name = isSyntax(value.callee) ? value.callee.name : undefined;
  return (
    value.type === 'NewExpression' &&
    /^(Map|Set|Array)$/.test(String(name)) &&
    (value.arguments as unknown[]).length === 0
  );
}

function isExcused(file: SourceFile, node: Syntax): boolean {
  const line = lineOf(file.text, node.start);
  const near = file.text.split('\n').slice(Math.max(0, line - 4), line);
  const own = near.pop() ?? '';
  const above: string[] = [];
  while (/^\s*(\/\/|\/?\*)/.test(near.at(-1) ?? '')) above.push(near.pop()!);
  return [own, ...above].some((text) => /\bM[36]\b/.test(text));
}
