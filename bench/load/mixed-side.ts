import { grpcTransport } from '@clew/client/node';
import { RawReader } from '../../integration-tests/raw-reader.ts';
import { findMatch, signIn } from './joining.ts';
import type { LoadPlayer, LoadSide } from './player.ts';

/** Of so many players one is of the other kind: 10 %. */
export const OTHERS_EVERY = 10;

/** How those few read: what comes at once; or badly, one half of them with long pauses, the other a third of what comes. */
export type Reading = 'prompt' | 'slow';

/** A keyframe fits, and a second of frames. */
const WINDOW_BYTES = 2_048;
/** Under the 5 s after which a reader without progress is cut: these stay, and cost whatever they cost. */
const PAUSE_MS = 4_000;
const READ_MS = 700;
const SIP_MS = 100;
const SIP_BYTES = 64;

/**
 * Players of whom a tenth come by native gRPC with small windows, so that the edge feels within a second whether they read.
 * These are not timed; the others are.
 */
export function mixedSide(others: LoadSide, grpcAddress: string, reading: Reading): LoadSide {
  return {
    open: (number, onUpdate) =>
      number % OTHERS_EVERY === 0 ? openByHand(grpcAddress, number, reading) : others.open(number, onUpdate),
  };
}

async function openByHand(grpcAddress: string, number: number, reading: Reading): Promise<LoadPlayer> {
  const connection = grpcTransport().connect(grpcAddress);
  const token = await signIn(connection, number);
  const stands = Promise.withResolvers<void>();
  const sees = Promise.withResolvers<void>();
  let tick = 0;
  const reader = new RawReader(grpcAddress, token, {
    windowBytes: WINDOW_BYTES,
    onMessage: ({ event, header }) => {
      if (event?.kind?.$case === 'idle') stands.resolve();
      if (header === undefined) return;
      tick = header.tick;
      sees.resolve();
    },
  });
  await stands.promise;
  await findMatch(connection, token);
  await sees.promise;
  connection.close();
  if (reading === 'slow') readSlowly(reader, number);
  return { send: (input) => reader.send({ inputs: [{ ...input, tick: tick + 1 }] }) };
}

function readSlowly(reader: RawReader, number: number): void {
  if (Math.floor(number / OTHERS_EVERY) % 2 === 0) {
    setInterval(() => reader.sip(SIP_BYTES), SIP_MS);
    return;
  }
  const read = () => {
    reader.resume();
    setTimeout(pause, READ_MS);
  };
  const pause = () => {
    reader.pause();
    setTimeout(read, PAUSE_MS);
  };
  pause();
}
