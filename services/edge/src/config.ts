import { fileURLToPath } from 'node:url';
import { addresses, count, milliseconds, type parseConfig, port, type serviceFields } from '@clew/service-kit/config';
import { z } from 'zod';

const origin = z.url({ protocol: /^https?$/ }).transform((url) => new URL(url).origin);

/** One edge as others reach it: `weburl|host:port`. */
const edgeEntry = z.string().transform((entry, context) => {
  const [web, grpcAddress = ''] = entry.split('|');
  const webUrl = origin.safeParse(web);
  if (!webUrl.success || !/^[^\s:]+:\d{1,5}$/.test(grpcAddress)) {
    context.issues.push({ code: 'custom', message: 'must be weburl|host:port, comma separated', input: entry });
    return z.NEVER;
  }
  return { webUrl: webUrl.data, grpcAddress };
});

const commaSeparated = z.string().transform((list) => list.split(',').map((entry) => entry.trim()));

/** Fields beyond those that every service has. Names in the environment: CLEW_ + field. */
export const edgeFields = {
  /** Names this edge to the services behind it; the same for the life of its process. */
  EDGE_ID: z.string().min(1).max(64).default('edge-1'),
  WEB_PORT: port(8080),
  SESSION_ADDRESSES: addresses(),
  MATCHMAKING_ADDRESSES: addresses(),
  /** All edges, for players whose edge is gone; only this one when not given. */
  EDGES: commaSeparated.pipe(z.array(edgeEntry).min(1)).optional(),
  /** How players reach this edge; what it bound when not given. */
  PUBLIC_WEB_URL: origin.optional(),
  PUBLIC_GRPC_ADDRESS: z.string().optional(),
  /** Origins whose pages may call the web door; `*` for any (no cookies are used). */
  ALLOWED_ORIGINS: commaSeparated.default(['*']),
  WEB_ROOT: z.string().default(fileURLToPath(new URL('../../../clients/web/dist', import.meta.url))),
  /** Most players with an open stream. */
  PLAYERS_MAX: count(20_000),
  /** Most sign-ins, resumptions and openings under way. */
  ENTRIES_MAX: count(1_000),
  /** Whoever has not said by then what he wants, is cut. */
  REQUEST_MS: milliseconds(10_000),
  /** How long a connection of the web door without a call is kept for the next. */
  KEEP_ALIVE_MS: milliseconds(65_000),
  /** Longest wait for an answer of session or matchmaking. */
  CALL_MS: milliseconds(3_000),
  /** A reader that takes nothing for this long is cut (M4). */
  READER_STALL_MS: milliseconds(5_000),
  /** A stream that was silent for this long carries a heartbeat. */
  HEARTBEAT_MS: milliseconds(2_000),
  /** Told to clients: a stream that was silent for longer is broken, in either direction; the edge cuts it then (M4). */
  SILENCE_MAX_MS: milliseconds(6_000),
  /** A session is renewed after this and up to a quarter more. */
  RENEW_MS: milliseconds(8_000),
  TICKET_POLL_MS: milliseconds(250),
  /** So long before the simulation's next tick inputs go up the trunk; what else goes up is gathered for so long. */
  TRUNK_FLUSH_MS: milliseconds(6),
  /** A trunk that was silent for longer is broken. */
  TRUNK_SILENCE_MS: milliseconds(1_000),
  /** A match whose simulation cannot be reached for this long is lost, whatever the directory says. */
  MATCH_LOST_MS: milliseconds(10_000),
  /** Messages with inputs per second and stream, sustained, and how many at once. */
  INPUT_RATE: count(60),
  INPUT_BURST: count(120),
  /** Sign-ins per second and address, sustained, and how many at once; the same bound holds for refused tokens. */
  SIGN_IN_RATE: count(50),
  SIGN_IN_BURST: count(1_000),
};

export type EdgeConfig = ReturnType<typeof parseConfig<typeof serviceFields & typeof edgeFields>>;
