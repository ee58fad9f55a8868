/**
 * The wish to stop: Ctrl-C, SIGTERM, a closed terminal, or the death of whoever started us (the IPC channel closes, or under
 * a supervisor, as CLEW_SUPERVISED=1 says, standard input), or of whoever reads what we say. A second one means: at once.
 * One Ctrl-C may come twice, from the terminal and from npm, which passes on what it gets: what comes right after the first
 * is the same one.
 */
const SAME_CTRL_C_MS = 300;

export function stopRequest(host: NodeJS.Process, atOnce: () => never): AbortSignal {
  const stop = new AbortController();
  let askedAtMs = Number.POSITIVE_INFINITY;
  const ask = () => {
    if (performance.now() - askedAtMs > SAME_CTRL_C_MS) atOnce();
    if (stop.signal.aborted) return;
    askedAtMs = performance.now();
    stop.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) host.on(signal, ask);
  host.on('disconnect', ask);
  host.channel?.unref(); // Whoever listens to it is kept from ending: the wish to stop must not be what goes on.
  for (const stream of [host.stdout, host.stderr]) {
    stream.on('error', () => stop.signal.aborted || ask()); // A closed terminal or pipe fails at each line.
  }
  if (host.env.CLEW_SUPERVISED === '1') host.stdin.on('end', ask).resume();
  return stop.signal;
}
