/**
 * The SDK of Clew for browsers and Node: sign in, find a match, play it, come back after a lost connection.
 *
 *     const client = new ClewClient({ edge: location.origin, transport: socketTransport(), store: browserStore() });
 *     client.on('state', (state) => show(state));
 *     await client.signIn({ displayName: 'Ariadne' });
 *     await client.findMatch();
 *     // each animation frame:
 *     client.match?.setHands(hands);
 *     const sample = client.match?.sample(performance.now());
 *     // at the end:
 *     await client.leave();
 *     client.close();
 *
 * This entry runs in browsers and in Node. `@clew/client/node` adds the native gRPC transport.
 */
export { Status } from 'nice-grpc-common';
export { ClewError, type FieldViolation } from './clew-error.ts';
export { ClewClient } from './client.ts';
export type { ClientEvents } from './client-events.ts';
export { type ClientLimits, defaultLimits } from './client-limits.ts';
export type { ClewClientOptions, SignInOptions } from './client-options.ts';
export type { ClientState } from './client-state.ts';
export { fetchTransport, socketTransport } from './fetch-transport.ts';
export type { Match } from './match.ts';
export type { MatchSample, OtherAvatar, OwnAvatar } from './match-sample.ts';
export { newSecret } from './secret.ts';
export { type ClientStats, type Percentiles, StatsBook } from './stats.ts';
export { browserStore, memoryStore, type Store } from './store.ts';
export type { Connection, PlayerStream, StreamListener, Transport } from './transport.ts';
