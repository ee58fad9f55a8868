/** What the game says in words and figures: pure, so that it can be read and tested in one place. */
import { cellAt, FLAG_BOT, FLAG_LADDER, FLAG_OUT, LADDER_DOWN, LADDER_UP, type Layout, Phase } from '@clew/maze';

/** "2:05"; empty when the time is open. Rounded up, so that 0:00 means over. */
export function clock(ms: number | undefined): string {
  if (ms === undefined) return '';
  const seconds = Math.ceil(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** "1st", "2nd", "3rd", "11th". */
export function ordinal(place: number): string {
  const tens = place % 100;
  const ending = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][place % 10] ?? 'th');
  return `${place}${ending}`;
}

/** "1 clew", "3 clews". */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

/** What the queue says. */
export function queueText(place: number, waiting: number): string {
  if (place === 0) return 'Looking for a match…';
  if (place === 1) return waiting > 1 ? `You are next. ${waiting} are waiting.` : 'You are next.';
  return `You are number ${place} of ${waiting} who wait.`;
}

export interface Situation {
  readonly phase: Phase;
  readonly flags: number;
  readonly layout: Layout;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly glows: boolean;
  /** Seconds since the level began for this player. */
  readonly seconds: number;
}

/** A word of advice for the moment; undefined when there is none to give. */
export function hintFor(at: Situation): string | undefined {
  if (at.phase === Phase.STARTING) return 'Get ready: find the glowing gate before the others do.';
  if (at.phase !== Phase.CLIMBING || at.flags & FLAG_OUT) return undefined;
  if (at.flags & FLAG_BOT) return 'A bot plays on for you. Move to take over again.';
  if (at.flags & FLAG_LADDER) return 'Space climbs up, C climbs down.';
  const bits = at.layout.cells[cellAt(at.layout, at.x, at.y, at.z)] ?? 0;
  if (bits & LADDER_UP) return 'A ladder: Space climbs up.';
  if (bits & LADDER_DOWN) return 'A ladder: C climbs down.';
  if (at.glows) return 'Follow the thread!';
  if (at.seconds < 6) return 'Walk with W A S D, look with the mouse, sprint with Shift.';
  if (at.seconds < 12) return 'Balls of thread lie in dead ends: each shows the way for five seconds.';
  if (at.seconds < 18 && at.layout.floors > 1) return 'The exit is on the top floor. Look for ladders.';
  return undefined;
}

/** One clear sentence for each way in which playing can be over or not begin. */
export function endingText(reason: string, message: string): string {
  switch (reason) {
    case 'SESSION_ACTIVE':
      return 'You are already playing in another tab or window.';
    case 'SESSION_REPLACED':
      return 'The game moved to another tab or window.';
    case 'SESSION_KICKED':
      return message === '' ? 'An operator ended your session.' : sentence(message);
    case 'SESSION_ENDED':
      return 'Your session has ended.';
    case 'TOKEN_UNKNOWN':
      return 'Your session ran out while you were away.';
    case 'UNREACHABLE':
      return 'The server does not answer.';
    case 'RESOURCE_EXHAUSTED':
      return 'Too much is asked of the server right now.';
    case 'CLOSED':
      return 'The game was closed.';
    default:
      return message === '' ? 'Something went wrong.' : sentence(message);
  }
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}

/** Why a name cannot be used; undefined when it can. As the server sees it: 1 to 24 characters, none of control. */
export function nameFault(name: string): string | undefined {
  const trimmed = name.trim();
  if (trimmed === '') return 'Tell us what to call you.';
  if ([...trimmed].length > 24) return 'A name has 24 characters at most.';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  if (/[\u0000-\u001f\u007f-\u009f]/.test(trimmed)) return 'A name has no control characters.';
  return undefined;
}
