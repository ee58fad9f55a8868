/**
 * Finds cleanup in TypeScript, by its syntax: calls that dispose, clear, unsubscribe, delete, take out, or end something, by
 * their names; bodies of disposals; `using`; and fields that let go of what they held.
 *
 * A cut leaves a program that still runs, minus the one effect: a statement becomes nothing; where the value of a call is
 * used, it is looked up without taking it out (`delete` becomes `has`, `shift` becomes `at(0)`).
 */
import { isSyntax, type Syntax, walk } from '../tidy/repository.ts';
import type { CleanupKind, Cut } from './mutant.ts';

/** What frees, by the name of the method, or of the function where no object stands before it. */
const METHODS: Readonly<Record<Exclude<CleanupKind, 'redis' | 'timer'>, readonly string[]>> = {
  dispose: ['dispose', 'disposeAsync', 'Symbol.dispose', 'Symbol.asyncDispose'],
  listener: ['off', 'removeListener', 'removeEventListener', 'removeAllListeners', 'unsubscribe'],
  collection: ['delete', 'clear', 'purgeStale'],
  buffer: ['shift', 'pop', 'splice'],
  ending: [
    ...[
      'abort',
      'cancel',
      'close',
      'destroy',
      'reset',
      'end',
      'stop',
      'disconnect',
      'quit',
      'kill',
      'terminate',
      'return',
    ],
    ...['shutdown', 'forceShutdown', 'tryShutdown', 'closeAllConnections', 'closeIdleConnections', 'settle'],
    ...['release', 'finish', 'cut', 'drop', 'forget', 'detach', 'leave', 'part', 'free', 'evict', 'prune', 'disable'],
    ...['resetCall', 'resetConnection'],
  ],
};
const TIMERS = /^clear(Timeout|Interval|Immediate)$/;
const REDIS = /^(p?expire(at)?|del|unlink|hdel|zrem(rangeby\w+)?|srem|lrem|ltrim|xtrim|xdel)$/;

const kindOf = new Map(
  Object.entries(METHODS).flatMap(([kind, names]) => names.map((name) => [name, kind as CleanupKind] as const)),
);

/** What looks at the same value and leaves it where it is. */
const PEEKS: Readonly<Record<string, string>> = { delete: 'has', splice: 'slice' };
const PEEK_CALLS: Readonly<Record<string, string>> = { shift: 'at(0)', pop: 'at(-1)' };

export function cleanupIn(syntax: Syntax, text: string): Cut[] {
  const parents = parentsIn(syntax);
  const nodes = [...walk(syntax)];
  const stacks = disposableStacks(nodes);
  const cuts = nodes.flatMap((node) => cutAt(node, { text, parents, stacks }));
  return cuts.filter((cut) => !isSpokenFor(cut, cuts, text));
}

interface Surroundings {
  readonly text: string;
  readonly parents: ReadonlyMap<Syntax, Syntax>;
  /** Names of variables that hold a DisposableStack. */
  readonly stacks: ReadonlySet<string>;
}

function cutAt(node: Syntax, around: Surroundings): Cut[] {
  switch (node.type) {
    case 'CallExpression':
      return callCut(node, around);
    case 'AssignmentExpression':
      return letsGo(node, around) ? [emptied('collection', node)] : [];
    case 'UnaryExpression':
      return node.operator === 'delete' ? [emptied('collection', node)] : [];
    case 'VariableDeclaration':
      return usingCut(node, around.text);
    case 'MethodDefinition':
    case 'Property':
      return disposalCut(node, around.text);
    default:
      return [];
  }
}

const emptied = (kind: CleanupKind, { start, end }: Syntax): Cut => ({ kind, start, end, replacement: 'void 0' });

function callCut(call: Syntax, { text, parents, stacks }: Surroundings): Cut[] {
  const callee = call.callee as Syntax;
  const name = calledName(callee);
  if (name === undefined) return [];
  const receiver = callee.type === 'MemberExpression' ? (callee.object as Syntax) : undefined;
  if (receiver && stacks.has(String(receiver.name))) return ownerCut(call, name, text, parents);
  const kind = kindOfCall(name, receiver);
  if (kind === undefined) return [];

  // Of a chain (`x.off('a', f).off('b', g)`) one link: the call gives back what it was called on.
  const isLink = (end: Syntax | undefined) =>
    end?.type === 'CallExpression' && kindOf.get(calledName(end.callee as Syntax) ?? '') === kind;
  const isChained = parents.get(call)?.type === 'MemberExpression' || isLink(receiver);
  if (kind === 'listener' && receiver && isChained)
    return [{ kind, start: receiver.end, end: call.end, replacement: '' }];
  const whole = withThen(call, parents);
  if (isStatement(whole, parents) || isReturned(whole, parents)) return [emptied(kind, whole)];
  const property = callee.property as Syntax | undefined;
  if (receiver && property && PEEKS[name] !== undefined) {
    return [{ kind, start: property.start, end: property.end, replacement: PEEKS[name] }];
  }
  if (receiver && property && PEEK_CALLS[name] !== undefined) {
    return [{ kind, start: property.start, end: call.end, replacement: PEEK_CALLS[name] }];
  }
  return [{ kind, start: whole.start, end: whole.end, replacement: '(void 0)' }];
}

function kindOfCall(name: string, receiver: Syntax | undefined): CleanupKind | undefined {
  if (TIMERS.test(name)) return 'timer';
  if (receiver !== undefined && REDIS.test(name)) return 'redis';
  // Encoders of messages are finished, too.
  if (name === 'finish' && receiver?.type !== 'ThisExpression') return undefined;
  return kindOf.get(name);
}

/** `stack.defer(f)`, `stack.use(x)`, `stack.adopt(x, f)`: x is there and nobody will free it. */
function ownerCut(call: Syntax, name: string, text: string, parents: ReadonlyMap<Syntax, Syntax>): Cut[] {
  if (!['defer', 'use', 'adopt'].includes(name)) return kindOf.has(name) ? [emptied('dispose', call)] : [];
  if (name === 'defer') return [emptied('dispose', call)];
  const owned = (call.arguments as Syntax[])[0]!;
  const replacement = text.slice(owned.start, owned.end);
  const isAlone = parents.get(call)?.type === 'ExpressionStatement';
  return [
    { kind: 'dispose', start: call.start, end: call.end, replacement: isAlone ? `(${replacement})` : replacement },
  ];
}

/** A member that lets go of what it held: set to undefined, null, or an empty collection, but not where it is first set. */
function letsGo(node: Syntax, { parents }: Surroundings): boolean {
  const { left, right } = node as { left?: Syntax; right?: Syntax };
  if (node.operator !== '=' || left?.type !== 'MemberExpression' || !isSyntax(right)) return false;
  if (!isStatement(node, parents) || isInConstructor(node, parents)) return false;
  const property = left.property as Syntax;
  if (property.name === 'length' && right.value === 0) return true;
  if (right.type === 'Identifier') return right.name === 'undefined';
  if (right.type === 'ArrayExpression') return (right.elements as unknown[]).length === 0;
  if (right.type === 'Literal') return right.value === null && right.raw === 'null';
  const made = isSyntax(right.callee) ? String(right.callee.name) : '';
  return right.type === 'NewExpression' && /^(Map|Set)$/.test(made) && (right.arguments as unknown[]).length === 0;
}

/** `using x = …` becomes `const x = …`. */
function usingCut(node: Syntax, text: string): Cut[] {
  if (node.kind !== 'using' && node.kind !== 'await using') return [];
  const [word] = /^(await\s+)?using/.exec(text.slice(node.start)) ?? [''];
  return [{ kind: 'dispose', start: node.start, end: node.start + word.length, replacement: 'const' }];
}

/** `[Symbol.dispose]() { … }` and `[Symbol.dispose]: () => …` do nothing. */
function disposalCut(node: Syntax, text: string): Cut[] {
  const key = node.key as Syntax;
  const value = node.value as Syntax;
  if (!node.computed || !/^Symbol\.(asyncD|d)ispose$/.test(text.slice(key.start, key.end)) || !isSyntax(value.body))
    return [];
  const { start, end } = value.body;
  return [{ kind: 'dispose', start, end, replacement: '{}' }];
}

/** "close" of `x.close()`, `x?.close()`, `this.#close()` and `close()`; "Symbol.dispose" of `x[Symbol.dispose]()`. */
function calledName(callee: Syntax): string | undefined {
  if (callee.type === 'Identifier') return String(callee.name);
  if (callee.type !== 'MemberExpression') return undefined;
  const property = callee.property as Syntax;
  if (!callee.computed) return String(property.name);
  const isSymbol = property.type === 'MemberExpression' && (property.object as Syntax).name === 'Symbol';
  return isSymbol ? `Symbol.${(property.property as Syntax).name}` : undefined;
}

/** The call with what merely waits for it or swallows its failure: `x?.close()`, `await x.close()`, `x.stop().catch(…)`. */
function withThen(call: Syntax, parents: ReadonlyMap<Syntax, Syntax>): Syntax {
  let whole = call;
  for (;;) {
    const parent = parents.get(whole)!;
    const isSheath = ['ChainExpression', 'AwaitExpression', 'ParenthesizedExpression'].includes(parent.type);
    const isVoid = parent.type === 'UnaryExpression' && parent.operator === 'void';
    const then = parent.type === 'MemberExpression' && parent.object === whole ? (parent.property as Syntax).name : '';
    if (isSheath || isVoid) whole = parent;
    else if (['then', 'catch', 'finally'].includes(String(then))) whole = parents.get(parent)!;
    else return whole;
  }
}

function isStatement(node: Syntax, parents: ReadonlyMap<Syntax, Syntax>): boolean {
  return parents.get(node)?.type === 'ExpressionStatement';
}

/** The whole body of an arrow function, or what a function returns: callers of cleanup do without its value. */
function isReturned(node: Syntax, parents: ReadonlyMap<Syntax, Syntax>): boolean {
  const parent = parents.get(node)!;
  return parent.type === 'ReturnStatement' || (parent.type === 'ArrowFunctionExpression' && parent.body === node);
}

function isInConstructor(node: Syntax, parents: ReadonlyMap<Syntax, Syntax>): boolean {
  for (let at = parents.get(node); at !== undefined; at = parents.get(at)) {
    if (/Arrow/.test(at.type)) return false;
    if (at.type === 'MethodDefinition') return at.kind === 'constructor';
  }
  return false;
}

/** Nothing but one other cut is in it: `stack.defer(() => clearInterval(x))`, a body with one statement. */
function isSpokenFor(cut: Cut, cuts: readonly Cut[], text: string): boolean {
  if (cut.kind !== 'dispose') return false;
  const code = text.slice(cut.start, cut.end);
  return cuts.some((inner) => {
    if (inner === cut || inner.start < cut.start || inner.end > cut.end) return false;
    const rest = code.slice(0, inner.start - cut.start) + code.slice(inner.end - cut.start);
    return /^(\w+\.defer\((async )?\(\) => (\{\s*(await )?\s*;?\s*\})?\)|\{\s*(await )?;?\s*\}|)$/.test(rest);
  });
}

function disposableStacks(nodes: readonly Syntax[]): ReadonlySet<string> {
  const names = nodes.flatMap(({ type, id, init }) => {
    if (type !== 'VariableDeclarator' || !isSyntax(id) || !isSyntax(init) || !isSyntax(init.callee)) return [];
    return /^(Async)?DisposableStack$/.test(String(init.callee.name)) ? [String(id.name)] : [];
  });
  return new Set(names);
}

function parentsIn(syntax: Syntax): Map<Syntax, Syntax> {
  const parents = new Map<Syntax, Syntax>();
  for (const node of walk(syntax)) {
    for (const value of Object.values(node)) {
      for (const child of Array.isArray(value) ? value : [value]) if (isSyntax(child)) parents.set(child, node);
    }
  }
  return parents;
}
