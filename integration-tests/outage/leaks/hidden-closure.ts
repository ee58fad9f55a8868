/**
 * A leak for tests, injected by `node --import`: from SIGUSR2 on, a closure keeps a megabyte of objects more each second, and
 * nobody registered it: only memory tells.
 */
const STEPS_PER_SECOND = 10;
const STEP_BYTES = 1_000_000 / STEPS_PER_SECOND;
/** What one of these entries takes in V8's heap: an object with two fields and an array of three numbers. */
const ENTRY_BYTES = 120;

process.once('SIGUSR2', () => {
  let seen = () => 0;
  setInterval(() => {
    const older = seen;
    const entries = Array.from({ length: STEP_BYTES / ENTRY_BYTES }, (_, index) => ({
      index,
      place: [index, index + 1, index + 2],
    }));
    seen = () => older.length + entries.length; // Keeps `older`, and by it all that came before.
  }, 1_000 / STEPS_PER_SECOND).unref();
});
