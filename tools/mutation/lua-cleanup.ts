/**
 * Finds cleanup in Lua scripts for Redis, by their syntax: commands that free or set a time to live, TTLs and trims among the
 * arguments of SET and XADD, and calls of local functions that do any of it.
 */
import { parse } from 'luaparse';
import type { Cut } from './mutant.ts';

const FREES =
  /^(P?EXPIRE(AT)?|DEL|UNLINK|GETDEL|HDEL|ZREM(RANGEBY\w+)?|ZPOP\w+|SREM|SPOP|LREM|LTRIM|[LR]POP|XTRIM|XDEL)$/;
const TTL = /^(EX|PX|EXAT|PXAT)$/;
const TRIM = /^(MAXLEN|MINID)$/;

/** A node of luaparse's tree, as far as it is needed here. */
interface LuaNode {
  readonly type: string;
  readonly range: readonly [number, number];
  readonly [field: string]: unknown;
}

/** Names of local functions that free something, themselves or by others, in scripts that are put together. */
export function freeingFunctions(texts: readonly string[]): ReadonlySet<string> {
  const functions = texts.flatMap((text) =>
    walkLua(parseLua(text)).flatMap((node) => {
      if (node.type !== 'FunctionDeclaration' || !isLua(node.identifier)) return [];
      return [{ name: String(node.identifier.name), calls: walkLua(node).filter(isCall) }];
    }),
  );
  const freeing = new Set<string>();
  for (let before = -1; before < freeing.size; ) {
    before = freeing.size;
    for (const { name, calls } of functions) {
      if (calls.some((call) => isFreeing(call, freeing))) freeing.add(name);
    }
  }
  return freeing;
}

export function luaCleanupIn(text: string, freeing: ReadonlySet<string>): Cut[] {
  const nodes = walkLua(parseLua(text));
  const statements = new Set(
    nodes.flatMap((node) => (node.type === 'CallStatement' ? [node.expression as LuaNode] : [])),
  );
  return nodes.filter(isCall).flatMap((call): Cut[] => {
    const [start, end] = call.range;
    // What it would have counted is not known: 1, as if it had been done.
    if (isFreeing(call, freeing))
      return [{ kind: 'redis', start, end, replacement: statements.has(call) ? 'do end' : '1' }];
    return argumentCut(call, text);
  });
}

/** `'PX', ms` of SET and `'MAXLEN', '~', n` of XADD, with the comma before them. */
function argumentCut(call: LuaNode, text: string): Cut[] {
  const command = commandOf(call);
  if (command !== 'SET' && command !== 'XADD') return [];
  const given = call.arguments as LuaNode[];
  const word = command === 'SET' ? TTL : TRIM;
  const at = given.findIndex((argument) => word.test(stringOf(argument, text)));
  if (at < 1) return [];
  const isExact = /^[~=]$/.test(stringOf(given[at + 1], text));
  const last = given[at + (isExact ? 2 : 1)]!;
  return [{ kind: 'redis', start: given[at - 1]!.range[1], end: last.range[1], replacement: '' }];
}

function isFreeing(call: LuaNode, freeing: ReadonlySet<string>): boolean {
  const base = call.base as LuaNode;
  if (base.type === 'Identifier') return freeing.has(String(base.name));
  return FREES.test(commandOf(call) ?? '');
}

/** "DEL" of `redis.call('DEL', …)`. */
function commandOf(call: LuaNode): string | undefined {
  const base = call.base as LuaNode;
  if (base.type !== 'MemberExpression' || (base.base as LuaNode).name !== 'redis') return undefined;
  const [first] = call.arguments as LuaNode[];
  return first?.type === 'StringLiteral' ? String(first.raw).slice(1, -1).toUpperCase() : undefined;
}

function stringOf(node: LuaNode | undefined, text: string): string {
  return node?.type === 'StringLiteral' ? text.slice(node.range[0] + 1, node.range[1] - 1) : '';
}

function parseLua(text: string): LuaNode {
  return parse(text, { luaVersion: '5.1', ranges: true, comments: false }) as unknown as LuaNode;
}

function walkLua(node: LuaNode): LuaNode[] {
  const children = Object.values(node)
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .filter(isLua);
  return [node, ...children.flatMap(walkLua)];
}

function isLua(value: unknown): value is LuaNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

function isCall(node: LuaNode): boolean {
  return node.type === 'CallExpression';
}
