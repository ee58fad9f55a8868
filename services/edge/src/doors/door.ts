import type { PlayService } from '../play-service.ts';
import type { SinkOptions } from '../player-sink.ts';
import type { Refusals } from '../refusals.ts';

/** Largest message that a player may send. */
export const messageBytesMax = 16 * 1024;

/** What every door leads to. */
export interface DoorOptions {
  readonly service: PlayService;
  readonly refusals: Refusals;
  readonly sinks: SinkOptions;
  /** A call of one question must be asked by then, and whoever does not read on in an answer for as long is cut. */
  readonly requestMs: number;
}

/** A way into the edge. */
export interface Door {
  /** Binds; returns the port. */
  listen(host: string, port: number): Promise<number>;
  /** Takes no new connections, lets calls end for `graceMs`, cuts the rest. */
  stop(graceMs: number): Promise<void>;
}

/** The methods of PlayService that are one question and one answer. */
export const unaryMethods = ['signIn', 'resume', 'leave', 'findMatch', 'cancelMatch', 'steer'] as const;
export type UnaryMethod = (typeof unaryMethods)[number];
export type Method = UnaryMethod | 'watch' | 'play';
