import type { Session } from '@clew/protocol/clew/session/v1/session.ts';
import { SHARDS } from './keys.ts';
import type { ScanPosition, SessionFilter, SessionStore } from './session-store.ts';

/**
 * Lists live sessions page by page, with nothing kept between two pages but what the page token says.
 *
 * N1 No command to Redis looks at more than LOOK_MAX sessions, and no answer at more than about EXAMINED_MAX: a listing of
 *    millions blocks nobody.
 * N2 Whoever lives from the first page to the last is on one of them: Redis' scans promise that, and what a scan found
 *    beyond a page waits in the token.
 * N3 No page is larger than it was asked for.
 */
export interface ListingPosition {
  readonly shard: number;
  /** Undefined: the shard is scanned to its end. */
  readonly scan: ScanPosition | undefined;
  /** Players of this shard that were found already, and come next. */
  readonly found: readonly string[];
}

/** Sessions in one script: less than half a millisecond of Redis' time. A small index is looked at whole, whatever was asked for. */
const LOOK_MAX = 20;
const EXAMINED_MAX = 5_000;

const beginning = (shard: number): ListingPosition => ({ shard, scan: { cursor: '0', server: '' }, found: [] });

/** A page from a position on, the beginning where there is none; `next` is undefined after the last one. */
export async function listSessions(
  store: Pick<SessionStore, 'scan' | 'pick'>,
  from: ListingPosition | undefined,
  size: number,
  filter: SessionFilter,
): Promise<{ sessions: Session[]; next: ListingPosition | undefined }> {
  const page = new Map<string, Session>();
  let position = from ?? beginning(0);
  for (let examined = 0; position.shard < SHARDS && page.size < size && examined < EXAMINED_MAX; ) {
    const { shard, scan, found } = position;
    if (found.length > 0) {
      const looked = found.slice(0, Math.min(LOOK_MAX, size - page.size)); // N1, N3
      for (const session of await store.pick(shard, looked, filter)) page.set(session.playerId, session);
      position = { shard, scan, found: found.slice(looked.length) };
      examined += looked.length;
    } else if (scan !== undefined) {
      const wanted = isEmpty(filter) ? Math.min(LOOK_MAX, size - page.size) : LOOK_MAX; // N1
      const { sessions, next } = await store.scan(shard, scan, wanted, filter);
      const left: string[] = [];
      for (const session of sessions) {
        if (page.size < size || page.has(session.playerId)) page.set(session.playerId, session);
        else left.push(session.playerId); // N2, N3
      }
      position = { shard, scan: next.cursor === '0' ? undefined : next, found: left };
      examined += wanted;
    } else {
      position = beginning(shard + 1);
    }
  }
  return { sessions: [...page.values()], next: isOver(position) ? undefined : position };
}

const isEmpty = (filter: SessionFilter) => Object.values(filter).every((field) => field === undefined);

function isOver({ shard, scan, found }: ListingPosition): boolean {
  return shard >= SHARDS || (shard === SHARDS - 1 && scan === undefined && found.length === 0);
}
