import type { Input } from '@clew/protocol/clew/play/v1/frame.ts';
import { type PlayRequest, PlayServiceDefinition } from '@clew/protocol/clew/play/v1/play.ts';
import { decoded } from './unary.ts';

/** Tags of PlayRequest and Input, as proto/clew/play/v1 numbers their fields. */
const INPUTS = 0x0a;
const SEQUENCE = 0x08;
const TICK = 0x10;
const FORWARD = 0x18;
const STRAFE = 0x20;
const HEADING = 0x28;
const BUTTONS = 0x30;
const LAG = 0x38;

/** Where reading is, and whether what was read is as clients write it. */
let at = 0;
let isUsual = true;

/**
 * The inputs in the PlayRequest that begins at `from`. Players send 20 a second each, nearly always one input of a few small
 * fields: that is read here, by hand, for the generated reader takes several times as long to begin. Whatever looks otherwise
 * is left to it. Throws INVALID_ARGUMENT naming `message`.
 */
export function playedInputs(bytes: Buffer, from: number): readonly Input[] {
  const inputs: Input[] = [];
  at = from;
  isUsual = true;
  while (at < bytes.length && isUsual) {
    const end = at + 2 + bytes[at + 1]!; // of an input that is shorter than 128 bytes
    isUsual = bytes[at] === INPUTS && bytes[at + 1]! < 128 && end <= bytes.length;
    at += 2;
    if (isUsual) inputs.push(readInput(bytes, end));
  }
  if (isUsual) return inputs;
  return (decoded(PlayServiceDefinition.methods.play, bytes.subarray(from)) as PlayRequest).inputs;
}

function readInput(bytes: Buffer, end: number): Input {
  const input = {
    sequence: 0,
    tick: 0,
    forward: 0,
    strafe: 0,
    heading: 0,
    buttons: 0,
    lag: undefined as number | undefined,
  };
  while (at < end && isUsual) {
    const tag = bytes[at]!;
    at += 1;
    const value = readNumber(bytes);
    switch (tag) {
      case SEQUENCE:
        input.sequence = value;
        break;
      case TICK:
        input.tick = value;
        break;
      case FORWARD:
        input.forward = signed(value);
        break;
      case STRAFE:
        input.strafe = signed(value);
        break;
      case HEADING:
        input.heading = value;
        break;
      case BUTTONS:
        input.buttons = value;
        break;
      case LAG:
        input.lag = value;
        break;
      default:
        isUsual = false;
    }
  }
  if (at !== end) isUsual = false;
  return input;
}

/** A varint of 32 bits. */
function readNumber(bytes: Buffer): number {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = bytes[at] ?? 0xff;
    at += 1;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      if (shift === 28 && byte > 0x0f) isUsual = false;
      return value >>> 0;
    }
  }
  isUsual = false;
  return 0;
}

/** https://protobuf.dev/programming-guides/encoding/#signed-ints */
const signed = (value: number) => (value >>> 1) ^ -(value & 1);
