/** The match directory: written by matchmaking at placement, renewed by the simulation that owns the match. */
export const matchKey = (matchId: string) => `clew:{m:${matchId}}:match`;
