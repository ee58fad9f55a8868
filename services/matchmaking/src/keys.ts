/** Every key of matchmaking is spelled here. Keys of one script share a hash tag. */
export const queueKeys = {
  waiting: 'clew:{q:default}:waiting',
  claimed: 'clew:{q:default}:claimed',
  deadlines: 'clew:{q:default}:deadlines',
  sweep: 'clew:{q:default}:sweep',
  ticketPrefix: 'clew:{q:default}:ticket:',
  playerPrefix: 'clew:{q:default}:player:',
  /** What a request made; scoped by its first player, so that nobody meets another's request id. */
  request: (playerId: string, requestId: string) => `clew:{q:default}:request:${playerId}:${requestId}`,
} as const;

export const registryKeys = {
  simulations: 'clew:{registry}:simulations',
  sweep: 'clew:{registry}:sweep',
  simulationPrefix: 'clew:{registry}:simulation:',
} as const;

/** Read by matchmaking, renewed by the simulation that owns the match. */
export const matchKey = (matchId: string) => `clew:{m:${matchId}}:match`;
