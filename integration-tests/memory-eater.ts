/**
 * A preload for a test (`node --import`): with each SIGUSR2 the process holds a quarter of a megabyte more that nobody frees.
 * What a leak does in hours, as fast as a test can wait for; between two looks of the guard of memory, every 250 ms, less than what is
 * left beyond its bound: or else the process would be dead before it has looked.
 */
const eaten: number[][] = [];
const NUMBERS = 256;
const ARRAYS = 128;

process.on('SIGUSR2', () => {
  for (let count = 0; count < ARRAYS; count += 1) eaten.push(Array.from({ length: NUMBERS }, (_, at) => at + 0.5));
});
