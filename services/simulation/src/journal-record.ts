import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { emptyRecord, type JournalRecord as Record, type SeatInput } from '@clew/maze';
import { JournalRecord } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import { channelAt, INPUT_COLUMNS, inputAt, pushInput } from '@clew/protocol/input-rows';

const nothing = new Uint8Array(0);
/** M3: never filled. */
const none: never[] = [];
/** The message under way; each is encoded before the next is begun. */
const message: JournalRecord = { inputs: [], joins: [], leaves: [], detaches: [], attaches: [] };
let writer = new BinaryWriter();

/** What came from outside in one tick, as JournalRecord in simulation.proto; no bytes where nothing did. */
export function encodeRecord({ inputs, joins, leaves, detaches, attaches }: Record): Uint8Array {
  const others = joins.length + leaves.length + detaches.length + attaches.length;
  if (inputs.length + others === 0) return nothing;
  message.inputs.length = 0;
  for (let index = 0; index < inputs.length; index++) {
    pushInput(message.inputs, inputs[index]!.seat, inputs[index]!.input, 0);
  }
  message.joins = others === 0 ? none : [...joins];
  message.leaves = others === 0 ? none : [...leaves];
  message.detaches = others === 0 ? none : [...detaches];
  message.attaches = others === 0 ? none : [...attaches];
  try {
    return JournalRecord.encode(message, writer).finish();
  } catch (error) {
    writer = new BinaryWriter(); // it is left in the middle of a message
    throw error;
  }
}

/** What was encoded. */
export function decodeRecord(bytes: Uint8Array): Record {
  if (bytes.length === 0) return emptyRecord;
  const { inputs: rows, ...lists } = JournalRecord.decode(bytes);
  const inputs: SeatInput[] = [];
  for (let at = 0; at < rows.length; at += INPUT_COLUMNS) {
    inputs.push({ seat: channelAt(rows, at), input: inputAt(rows, at) });
  }
  return { inputs, ...lists };
}
