import type { Layout } from './layout.ts';
import type { World } from './world.ts';

/** Grows with every change of what a world is made of: older checkpoints are refused, not guessed at. */
const VERSION = 3;

/** Cells are written as one printable character each, from "0" on. */
const FIRST_CHARACTER = 48;

/**
 * The whole world as text (JSON), to go on from elsewhere. Equal worlds give equal texts. It holds the maze itself and
 * not only its seed, so that it outlives a change of how mazes are made.
 */
export function encodeWorld(world: World): string {
  const { layout, ...rest } = world;
  const { width, height, floors, exit } = layout;
  return JSON.stringify({ version: VERSION, layout: { width, height, floors, cells: textOf(layout), exit }, ...rest });
}

/** The world that was encoded. Throws where the text is not an encoded world of this version. */
export function decodeWorld(text: string): World {
  const { version, layout, ...rest } = JSON.parse(text);
  if (version !== VERSION) throw new Error(`a world of version ${version} cannot be read as version ${VERSION}`);
  return { ...rest, layout: { ...layout, cells: cellsOf(layout.cells) } };
}

/** An independent copy. */
export function cloneWorld(world: World): World {
  return decodeWorld(encodeWorld(world));
}

function textOf(layout: Layout): string {
  let text = '';
  for (const bits of layout.cells) text += String.fromCharCode(FIRST_CHARACTER + bits);
  return text;
}

function cellsOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) - FIRST_CHARACTER);
}
