/** Tag of TrunkRequest.inputs, packed, as simulation.proto numbers it. */
const INPUTS = 0x32;
const VARINT_BYTES_MAX = 5;

/** M3: the numbers of the largest message that came, within a factor of two. */
let numbers = new Uint32Array(1_024);
let at = 0;

/**
 * The numbers of TrunkRequest.inputs, if the message has nothing else, which nearly all have not; undefined when it has, or when
 * there is anything odd about it. They stay until the next call.
 */
export function readUsualInputs(message: Uint8Array): Uint32Array | undefined {
  if (message.length < 2 || message[0] !== INPUTS) return undefined;
  at = 1;
  const length = readUint32(message);
  if (length < 0 || length !== message.length - at) return undefined;
  if (numbers.length < length) numbers = new Uint32Array(length * 2); // each has one byte at least
  let count = 0;
  while (at < message.length) {
    const byte = message[at]!;
    if (byte < 0x80) {
      at++;
      numbers[count++] = byte;
      continue;
    }
    const number = readUint32(message);
    if (number < 0) return undefined;
    numbers[count++] = number;
  }
  return numbers.subarray(0, count);
}

/** The varint at `at`, which moves behind it; -1 when it is none of at most 32 bits. */
function readUint32(bytes: Uint8Array): number {
  let number = 0;
  for (let index = 0; index < VARINT_BYTES_MAX; index++) {
    const byte = bytes[at++];
    if (byte === undefined || (index === VARINT_BYTES_MAX - 1 && byte > 0x0f)) return -1;
    number |= (byte & 0x7f) << (7 * index);
    if (byte < 0x80) return number >>> 0;
  }
  return -1;
}
