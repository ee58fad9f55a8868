/** What a process holds, asked over its inspector (`--inspect`): heap used and external memory after forced collections. */
export async function heldBytes(inspectorPort: number): Promise<number> {
  const targets = await fetch(`http://127.0.0.1:${inspectorPort}/json/list`);
  const [target] = (await targets.json()) as { webSocketDebuggerUrl: string }[];
  if (target === undefined) throw new Error('the process has no inspector');
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error('the inspector does not answer'));
  });
  try {
    let id = 0;
    const ask = (method: string, params: object = {}) => {
      id += 1;
      const asked = id;
      socket.send(JSON.stringify({ id: asked, method, params }));
      return new Promise<{ result?: { value?: string } }>((resolve) => {
        socket.addEventListener('message', function hear({ data }) {
          const answer = JSON.parse(String(data));
          if (answer.id !== asked) return;
          socket.removeEventListener('message', hear);
          resolve(answer.result);
        });
      });
    };
    // More than one: what finalizers and timers of the moment hold goes with a later one.
    for (let round = 0; round < 4; round += 1) {
      await ask('HeapProfiler.collectGarbage');
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    const expression =
      '(() => { const { heapUsed, external } = process.memoryUsage(); return String(heapUsed + external); })()';
    const { result } = await ask('Runtime.evaluate', { expression, returnByValue: true });
    return Number(result?.value);
  } finally {
    socket.close();
  }
}
