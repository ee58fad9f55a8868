import type { Clew, Glow, Layout, Phase, Rank } from '@clew/maze';

/**
 * What a renderer draws at one moment. Lengths are units of 1/1024 cell (fractions of them: places are interpolated);
 * angles 1/65536 of a turn, clockwise seen from above, 0 along +x. Objects that did not change since the last sample
 * (`layout`, `clews`, `glow`, `ranking`) are the same objects: compare by identity to rebuild only what is new.
 */
export interface MatchSample {
  readonly matchId: string;
  /** The own seat. */
  readonly seat: number;
  /** The tick of the newest frame. */
  readonly tick: number;
  /** 1 to `levels`. */
  readonly level: number;
  readonly levels: number;
  readonly phase: Phase;
  /** Milliseconds until the phase ends; undefined when it is open. Never negative. */
  readonly phaseEndsInMs: number | undefined;
  readonly layout: Layout;
  readonly clews: readonly Clew[];
  /** The way to the exit while a clew shows it, else undefined. */
  readonly glow: Glow | undefined;
  /** Milliseconds until the glow goes out; 0 when nothing glows. */
  readonly glowEndsInMs: number;
  /** Predicted: answers to the hands at once. */
  readonly own: OwnAvatar;
  /** Everybody else, by ascending seat, interpolated a little in the past. */
  readonly others: readonly OtherAvatar[];
  /** Best first, as of the newest frame: of all, or of those in sight where one is told of nobody else. */
  readonly ranking: readonly Rank[];
  readonly isRankingWhole: boolean;
  /** Round trip, estimated; undefined until known. */
  readonly pingMs: number | undefined;
  /** Milliseconds since the newest frame came. Beyond some 500 the connection is in trouble. */
  readonly silentMs: number;
}

/** The own figure. */
export interface OwnAvatar {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** As the hands say, at once; as the server says while a bot plays on for an idle player. */
  readonly heading: number;
  /** FLAG_* bits of the newest frame. */
  readonly flags: number;
  readonly points: number;
  readonly clews: number;
  /** Place in this level's order of arrival; 0 while inside. */
  readonly arrival: number;
  readonly displayName: string;
}

/** Somebody else's figure. */
export interface OtherAvatar {
  readonly seat: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly heading: number;
  /** FLAG_* bits. */
  readonly flags: number;
  readonly points: number;
  readonly clews: number;
  readonly arrival: number;
  readonly displayName: string;
  /** Units per second over the ground: for walking animations. */
  readonly speed: number;
}
