import { emptyRecord, type JournalRecord as Record, type SeatInput } from '@clew/maze';
import { JournalRecord } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import { channelAt, INPUT_COLUMNS, inputAt, pushInput } from '@clew/protocol/input-rows';

const nothing = new Uint8Array(0);

/** What came from outside in one tick, as JournalRecord in simulation.proto; no bytes where nothing did. */
export function encodeRecord({ inputs, joins, leaves, detaches, attaches }: Record): Uint8Array {
  const others = joins.length + leaves.length + detaches.length + attaches.length;
  if (inputs.length + others === 0) return nothing;
  const rows: number[] = [];
  for (const { seat, input } of inputs) pushInput(rows, seat, input, 0);
  const lists = { joins: [...joins], leaves: [...leaves], detaches: [...detaches], attaches: [...attaches] };
  return JournalRecord.encode({ inputs: rows, ...lists }).finish();
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
