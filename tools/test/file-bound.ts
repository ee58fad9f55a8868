/**
 * Loaded into the process of each test file: ends one that does not end. Node bounds tests, but a file whose tests are over
 * and that still holds a timer or a socket would hold up the whole run.
 */
const boundMs = Number(process.env.CLEW_TEST_FILE_MS);

setTimeout(() => {
  const held = process.getActiveResourcesInfo().join(', ');
  process.stderr.write(`${process.argv[1]} did not end within ${boundMs / 1000} s; it holds: ${held}\n`);
  process.exit(1);
}, boundMs).unref();
