import pico from 'picocolors';

/** Colours for people at a terminal; picocolors alone would also paint the logs of continuous integration. */
export const colors = pico.createColors(pico.isColorSupported && process.stdout.isTTY === true);
