/** `npm run sessions`: who is here, for operators. */
import { SessionServiceDefinition } from '@clew/protocol/clew/session/v1/session.ts';
import { callChannel, controlClients, streamChannel } from '@clew/service-kit/control-client';
import { ClientError, Status } from 'nice-grpc';
import { runScript, SetupFault } from '../setup.mjs';
import { stopRequest } from '../start/stop-request.ts';
import { get, kick, list, type Sessions } from './acts.ts';
import { type Act, parseFlags } from './flags.ts';
import { eventJson, eventLine, sessionHead, sessionJson, sessionLine } from './lines.ts';

runScript('npm run sessions', async () => {
  const parsed = parseFlags(process.argv.slice(2), process.env);
  if (parsed.kind === 'help') return void process.stdout.write(parsed.text);
  if (parsed.kind === 'fault') throw new SetupFault(parsed.message);
  const { act, addresses, json } = parsed;
  const stop = stopRequest(process, () => process.exit(1));
  const channel = act.kind === 'watch' ? streamChannel(addresses) : callChannel(addresses);
  try {
    await run(controlClients.create(SessionServiceDefinition, channel), act, json, stop);
  } catch (error) {
    if (!stop.aborted) throw new SetupFault(told(error, addresses));
  }
  process.exit(0);
});

async function run(client: Sessions, act: Act, json: boolean, stop: AbortSignal): Promise<void> {
  switch (act.kind) {
    case 'list':
      if (!json) console.log(sessionHead);
      for await (const session of list(client, act, stop)) {
        console.log(json ? sessionJson(session) : sessionLine(session, Date.now()));
      }
      return;
    case 'get': {
      const session = await get(client, act.playerId, stop);
      if (!json) console.log(sessionHead);
      return console.log(json ? sessionJson(session) : sessionLine(session, Date.now()));
    }
    case 'kick': {
      const kicked = await kick(client, act.playerId, act.reason, stop);
      if (json) return console.log(JSON.stringify({ kicked }));
      return console.log(kicked ? 'kicked' : 'the session was over already');
    }
    case 'watch':
      for await (const { events } of client.watchSessions({}, { signal: stop })) {
        for (const event of events) console.log(json ? eventJson(event) : eventLine(event));
      }
  }
}

function told(error: unknown, addresses: readonly string[]): string {
  if (!(error instanceof ClientError)) return String(error);
  if (error.code === Status.UNAVAILABLE && !/store/.test(error.details)) {
    return `no session service answers at ${addresses.join(', ')}`;
  }
  return error.details;
}
