/** A heap profile as people read it: which functions allocated what is still there, the largest first. Pure. */
import Table from 'cli-table3';
import { colors } from '../colors.ts';

/** A node of a .heapprofile, as V8 writes it. */
export interface ProfileNode {
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly selfSize: number;
  readonly children: readonly ProfileNode[];
}

export interface Allocation {
  readonly bytes: number;
  /** Of all that the profile saw. */
  readonly share: number;
  readonly place: string;
  /** The next function above it that is not Node's or a library's, where there is one. */
  readonly caller: string | undefined;
}

const placesMax = 10;

export function largestAllocations(head: ProfileNode, root: string): Allocation[] {
  const places = new Map<string, { bytes: number; readonly caller: string | undefined }>();
  let total = 0;
  const walk = (node: ProfileNode, caller: string | undefined) => {
    const place = placeOf(node, root);
    if (node.selfSize > 0) {
      const known = places.get(place) ?? { bytes: 0, caller };
      known.bytes += node.selfSize;
      total += node.selfSize;
      places.set(place, known);
    }
    const above = isOurs(node) ? place : caller;
    for (const child of node.children) walk(child, above);
  };
  walk(head, undefined);
  return [...places]
    .map(([place, { bytes, caller }]) => ({ bytes, share: bytes / total, place, caller }))
    .sort((one, other) => other.bytes - one.bytes)
    .slice(0, placesMax);
}

export function heapTable(allocations: readonly Allocation[]): string {
  const table = new Table({ head: ['still there', '', 'allocated by', 'for'], style: { head: [], border: [] } });
  for (const { bytes, share, place, caller } of allocations) {
    table.push([`${(bytes / 1e6).toFixed(1)} MB`, `${Math.round(share * 100)} %`, place, colors.dim(caller ?? '')]);
  }
  return table.toString();
}

function placeOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode, root: string): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  const path = url.replace(/^file:\/\//, '').replace(`${root}/`, '');
  return path === '' ? name : `${name} ${path}:${lineNumber + 1}`;
}

const isOurs = ({ callFrame: { url } }: ProfileNode) => url.startsWith('file://') && !url.includes('/node_modules/');
