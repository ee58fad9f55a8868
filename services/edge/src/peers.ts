import {
  type MatchmakingServiceClient,
  MatchmakingServiceDefinition,
} from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import { type SessionServiceClient, SessionServiceDefinition } from '@clew/protocol/clew/session/v1/session.ts';
import { callChannel, controlClients, streamChannel } from '@clew/service-kit/control-client';
import type { DeadlineOptions } from 'nice-grpc-client-middleware-deadline';

export type SessionPeer = SessionServiceClient<DeadlineOptions>;
export type MatchmakingPeer = MatchmakingServiceClient<DeadlineOptions>;

/** The services behind the edge: one client each, and one for the long stream, for the life of the process. */
export interface Peers extends Disposable {
  readonly session: SessionPeer;
  /** For WatchSessions. */
  readonly sessionStreams: SessionPeer;
  readonly matchmaking: MatchmakingPeer;
}

/** Connects lazily: nobody has to be there yet. */
export function connectPeers(sessionAddresses: readonly string[], matchmakingAddresses: readonly string[]): Peers {
  const channels = [callChannel(sessionAddresses), streamChannel(sessionAddresses), callChannel(matchmakingAddresses)];
  const [calls, streams, matchmaking] = channels as [(typeof channels)[0], (typeof channels)[0], (typeof channels)[0]];
  return {
    session: controlClients.create(SessionServiceDefinition, calls),
    sessionStreams: controlClients.create(SessionServiceDefinition, streams),
    matchmaking: controlClients.create(MatchmakingServiceDefinition, matchmaking),
    [Symbol.dispose]: () => {
      for (const channel of channels) channel.close();
    },
  };
}
