import { emptyRecord, type JournalRecord as Record, type SeatInput } from '@clew/maze';
import { JournalRecord } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import { channelAt, encodeInput, INPUT_COLUMNS, inputAt } from '@clew/protocol/input-rows';
import type { Scratch } from '@clew/service-kit/scratch';

/** Tag of JournalRecord.inputs, as simulation.proto numbers it. */
const INPUTS = 0x0a;

/**
 * What came from outside in one tick, as JournalRecord in simulation.proto, until the scratch is rewound; no bytes where nothing
 * did. Inputs, which nearly all records are of, are written without rows in between.
 */
export function encodeRecord(record: Record, scratch: Scratch): Uint8Array {
  const { inputs, joins, leaves, detaches, attaches } = record;
  if (inputs.length > 0) {
    scratch.uint32(INPUTS).fork();
    for (let index = 0; index < inputs.length; index++) encodeInput(scratch, inputs[index]!.seat, inputs[index]!, 0);
    scratch.join();
  }
  if (joins.length + leaves.length + detaches.length + attaches.length === 0) return scratch.finish();
  const others = {
    inputs: [],
    joins: [...joins],
    leaves: [...leaves],
    detaches: [...detaches],
    attaches: [...attaches],
  };
  return scratch.encode(JournalRecord, others);
}

/** What was encoded. */
export function decodeRecord(bytes: Uint8Array): Record {
  if (bytes.length === 0) return emptyRecord;
  const { inputs: rows, ...lists } = JournalRecord.decode(bytes);
  const inputs: SeatInput[] = [];
  for (let at = 0; at < rows.length; at += INPUT_COLUMNS) {
    inputs.push({ seat: channelAt(rows, at), ...inputAt(rows, at) });
  }
  return { inputs, ...lists };
}
