/**
 * Where alerts go until alertmanager.yml names a real pager: a line each on stdout, and one when the heartbeat of the alert
 * pipeline stays away. `docker compose -f deploy/compose.yaml logs -f pager` shows them. It calls nobody.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';

const PORT = 9099;
const SILENCE_MAX_MS = 180_000;
/** What is longer is no message of Alertmanager's (M3). */
const BODY_CHARACTERS_MAX = 1_000_000;

/** Takes Alertmanager's webhooks. */
export function createPager(say: (line: string) => void, silenceMaxMs = SILENCE_MAX_MS): Server {
  let silence: NodeJS.Timeout | undefined;
  const listen = () => {
    clearTimeout(silence);
    silence = setTimeout(() => {
      say('no heartbeat: the alert pipeline is dead, no alert will come');
      listen();
    }, silenceMaxMs);
  };
  listen();
  const server = createServer(async (request, response) => {
    const lines = linesOf(await read(request));
    if (request.url === '/alerts') for (const line of lines ?? []) say(line);
    if (request.url === '/heartbeat' && lines !== undefined) listen();
    response.writeHead(lines === undefined ? 400 : 200).end();
  });
  return server.on('close', () => clearTimeout(silence));
}

/** A line for each alert of a message; undefined when it is none. */
function linesOf(body: string): string[] | undefined {
  try {
    const { alerts } = JSON.parse(body) as {
      alerts: { status: string; startsAt: string; labels: Words; annotations: Words }[];
    };
    return alerts.map(
      ({ status, startsAt, labels, annotations }) =>
        `${startsAt} ${status} ${labels.severity} ${labels.alertname}: ${annotations.summary} (${annotations.runbook_url})`,
    );
  } catch {
    return undefined;
  }
}

type Words = Readonly<Record<string, string>>;

/** The body; empty when it is too long. */
async function read(request: IncomingMessage): Promise<string> {
  let body = '';
  try {
    for await (const chunk of request.setEncoding('utf8')) {
      body += chunk;
      if (body.length > BODY_CHARACTERS_MAX) return '';
    }
  } catch {} // The sender is gone; what came of it is no message.
  return body;
}

if (import.meta.main) {
  createPager((line) => console.log(line)).listen(PORT, () => console.log(`takes alerts on port ${PORT}`));
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
}
