import type { Input } from '@clew/protocol/clew/play/v1/frame.ts';
import { invalidField } from '@clew/service-kit/service-error';

/** What players may send, as proto/clew/play/v1/frame.proto says it. */
const inputsMax = 32;
const strengthMax = 127;
const headingMax = 65_535;
const buttonsMax = 7;
const ticksAheadMax = 20;
const ticksBehindMax = 100;

/** What the edge knows of a seat's inputs and of its match's clock. */
export interface InputContext {
  /** Highest sequence that was passed on; 0 before the first. */
  readonly highestSequence: number;
  /** Tick of the newest frame of the match; undefined before the first: then no tick is refused. */
  readonly tick: number | undefined;
  /** Ticks that have passed since that frame, by the edge's clock: a match that stalls refuses nobody for it. */
  readonly ticksSince: number;
}

/**
 * Checks ranges and order of what came in one message. Throws INVALID_ARGUMENT naming the field, e.g. `inputs[2].forward`.
 */
export function checkInputs(inputs: readonly Input[]): void {
  if (inputs.length > inputsMax) throw invalidField('inputs', `must be at most ${inputsMax}`);
  let previous = 0;
  for (const [index, input] of inputs.entries()) {
    if (input.sequence <= previous) throw out(index, 'sequence', 'must grow, from 1');
    if (Math.abs(input.forward) > strengthMax) throw out(index, 'forward', `must be -${strengthMax} to ${strengthMax}`);
    if (Math.abs(input.strafe) > strengthMax) throw out(index, 'strafe', `must be -${strengthMax} to ${strengthMax}`);
    if (input.heading > headingMax) throw out(index, 'heading', `must be 0 to ${headingMax}`);
    if (input.buttons > buttonsMax) throw out(index, 'buttons', `must be 0 to ${buttonsMax}`);
    previous = input.sequence;
  }
}

/**
 * The inputs that are new, in order; repeats are normal and left out. Throws INVALID_ARGUMENT naming `inputs[i].tick` when
 * a new one is meant for a tick too far from the match's.
 */
export function freshInputs(inputs: readonly Input[], context: InputContext): readonly Input[] {
  const { highestSequence, tick, ticksSince } = context;
  const first = inputs.findIndex((input) => input.sequence > highestSequence);
  if (first === -1) return [];
  if (tick !== undefined) {
    for (let index = first; index < inputs.length; index++) {
      const ahead = inputs[index]!.tick - tick;
      if (ahead > ticksAheadMax + ticksSince) throw out(index, 'tick', `must be at most ${ticksAheadMax} ticks ahead`);
      if (ahead < -ticksBehindMax) throw out(index, 'tick', `must be at most ${ticksBehindMax} ticks behind`);
    }
  }
  return first === 0 ? inputs : inputs.slice(first);
}

function out(index: number, field: keyof Input, description: string) {
  return invalidField(`inputs[${index}].${field}`, description);
}
