/**
 * A preload for a test (`node --import`): with each SIGUSR2 the process holds two more megabytes that nobody frees. What a
 * leak does in hours, as fast as a test can wait for.
 */
const eaten: number[][] = [];
const NUMBERS = 256;
const ARRAYS = 1_024;

process.on('SIGUSR2', () => {
  for (let count = 0; count < ARRAYS; count += 1) eaten.push(Array.from({ length: NUMBERS }, (_, at) => at + 0.5));
});
