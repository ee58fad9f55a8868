/** What V8's profiler tells (a .cpuprofile), as far as it is needed here. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** The node that ran at each sample. */
  readonly samples?: readonly number[];
  /** Microseconds from the sample before to each sample. */
  readonly timeDeltas?: readonly number[];
}

export interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

/** Whose code a function is. */
export type Owner = 'rules' | 'ours' | 'library' | 'node' | 'engine';

/** A function as it was called by those above it; calls by the same way are one. */
export interface Flame {
  readonly name: string;
  /** File and line, shortened to what tells it apart; empty for what the engine does. */
  readonly place: string;
  readonly owner: Owner;
  /** Its own time, and with all that it called. */
  selfUs: number;
  totalUs: number;
  readonly children: Flame[];
}

const IDLE = '(idle)';

/** The calls of a profile as one tree; waiting is left out. Files below `root` are told relative to it. */
export function flameOf({ nodes, samples = [], timeDeltas = [] }: CpuProfile, root: string): Flame {
  const selfUs = new Map<number, number>();
  for (const [at, id] of samples.entries()) {
    // A sample stands for the time until the next one.
    selfUs.set(id, (selfUs.get(id) ?? 0) + Math.max(0, timeDeltas[at + 1] ?? 0));
  }
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const all: Flame = { name: 'all', place: '', owner: 'engine', selfUs: 0, totalUs: 0, children: [] };
  const add = (node: ProfileNode, flame: Flame): number => {
    const own = selfUs.get(node.id) ?? 0;
    let total = own;
    for (const id of node.children ?? []) {
      const child = byId.get(id);
      if (child === undefined || child.callFrame.functionName === IDLE) continue;
      total += add(child, childOf(flame, child, root));
    }
    flame.selfUs += own;
    flame.totalUs += total;
    return total;
  };
  const [first] = nodes;
  if (first !== undefined) add(first, all);
  return all;
}

function childOf(parent: Flame, { callFrame }: ProfileNode, root: string): Flame {
  const { functionName, url, lineNumber } = callFrame;
  const file = shortened(url, root);
  const name = functionName === '' ? '(anonymous)' : functionName;
  const place = file === '' ? '' : `${file}:${lineNumber + 1}`;
  const known = parent.children.find((child) => child.name === name && child.place === place);
  if (known !== undefined) return known;
  const flame: Flame = { name, place, owner: ownerOf(file), selfUs: 0, totalUs: 0, children: [] };
  parent.children.push(flame);
  return flame;
}

/** Libraries by their names, ours by their paths. */
function shortened(url: string, root: string): string {
  const path = url.replace(/^file:\/\//, '');
  const library = path.lastIndexOf('node_modules/');
  if (library >= 0) return path.slice(library);
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
}

function ownerOf(file: string): Owner {
  if (file === '') return 'engine';
  if (file.startsWith('node:')) return 'node';
  if (file.startsWith('node_modules/')) return 'library';
  return file.startsWith('packages/maze/') ? 'rules' : 'ours';
}
