import assert from 'node:assert/strict';
import { once } from 'node:events';
import { suite, type TestContext, test } from 'node:test';
import {
  MatchmakingServiceDefinition,
  type MatchmakingServiceImplementation,
} from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import { SessionServiceDefinition, type SessionServiceImplementation } from '@clew/protocol/clew/session/v1/session.ts';
import { Client, credentials } from '@grpc/grpc-js';
import { type ServerError, Status } from 'nice-grpc-common';
import { BadRequest, ErrorInfo, RichClientError } from 'nice-grpc-error-details';
import { HealthDefinition } from 'nice-grpc-server-health';
import pino from 'pino';
import { callChannel, controlClients } from './control-client.ts';
import { ControlServer, type ControlServerOptions } from './control-server.ts';
import { invalidField, type ServiceError, unavailable } from './service-error.ts';

const NAME = SessionServiceDefinition.fullName;

/** A control server of the session protocol with some handlers, and a client of it. */
async function serving(
  context: TestContext,
  handlers: Partial<SessionServiceImplementation>,
  options: Partial<ControlServerOptions> = {},
) {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const refusals: ServiceError[] = [];
  const server = new ControlServer({
    log,
    serviceNames: [NAME],
    onRefusal: (error) => refusals.push(error),
    ...options,
  });
  server.add(SessionServiceDefinition, { ...unused, ...handlers });
  const port = await server.listen('127.0.0.1', 0);
  const channel = callChannel([`127.0.0.1:${port}`]);
  context.after(async () => {
    channel.close();
    await server.stop(0);
  });
  const client = controlClients.create(SessionServiceDefinition, channel);
  const health = controlClients.create(HealthDefinition, channel);
  return { server, port, client, health, lines, refusals };
}

const nobody = () => assert.fail('not part of this test');
const unused = Object.fromEntries(
  Object.keys(SessionServiceDefinition.methods).map((method) => [method, nobody]),
) as unknown as SessionServiceImplementation;

const rich = async (call: Promise<unknown>): Promise<RichClientError> => {
  const thrown = await call.then(() => assert.fail('was not refused')).catch((error: unknown) => error);
  assert.ok(thrown instanceof RichClientError, String(thrown));
  return thrown;
};

suite('a control server', () => {
  test('answers refusals with status and details, and has them counted', async (context) => {
    const { client, refusals, lines } = await serving(context, {
      endSession: async () => {
        throw invalidField('session.epoch', 'must be 1 or more');
      },
    });
    const error = await rich(client.endSession({}));
    assert.equal(error.code, Status.INVALID_ARGUMENT);
    assert.deepEqual(
      error.extra.map(({ $type }) => $type),
      [ErrorInfo.$type, BadRequest.$type],
    );
    assert.deepEqual(
      refusals.map(({ reason }) => reason),
      ['INVALID_ARGUMENT'],
    );
    assert.deepEqual(lines, []);
  });

  test('refuses in the middle of a stream too', async (context) => {
    const { client } = await serving(context, {
      async *watchSessions() {
        yield { events: [], cursor: 'c' };
        throw unavailable('STOPPING', 'stops', 100);
      },
    });
    const seen: string[] = [];
    const error = await rich(
      (async () => {
        for await (const { cursor } of client.watchSessions({})) seen.push(cursor);
      })(),
    );
    assert.deepEqual(seen, ['c']);
    assert.equal(error.extra.find(({ $type }) => $type === ErrorInfo.$type)?.$type, ErrorInfo.$type);
  });

  test('lets the handler of a stream go when its reader is gone', async (context) => {
    const letGo = Promise.withResolvers<boolean>();
    const { client, refusals, lines } = await serving(context, {
      async *watchSessions(_request, { signal }) {
        try {
          yield { cursor: 'c' };
          await once(signal, 'abort');
          yield { cursor: 'd' };
        } finally {
          letGo.resolve(signal.aborted);
        }
      },
    });
    for await (const _ of client.watchSessions({})) break;
    assert.equal(await letGo.promise, true);
    assert.deepEqual([refusals, lines], [[], []]);
  });

  test('does not run ahead of a slow reader, and lets go of its handler in the middle of that', async (context) => {
    let made = 0;
    const letGo = Promise.withResolvers<void>();
    const { client } = await serving(context, {
      async *watchSessions() {
        try {
          for (; made < 10_000; made += 1) yield { cursor: 'x'.repeat(10_000) };
        } finally {
          letGo.resolve();
        }
      },
    });
    const reader = client.watchSessions({})[Symbol.asyncIterator]();
    await reader.next();
    let before: number;
    do {
      before = made;
      await new Promise((resolve) => setTimeout(resolve, 50));
    } while (made > before);
    assert.ok(made < 1_000, `${made} were made for a reader of one`);
    await reader.return?.();
    await letGo.promise;
  });

  test('aborts the signal of a call whose caller is gone, and counts no refusal', async (context) => {
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const { client, refusals } = await serving(context, {
      endSession: async (_request, { signal }) => {
        begun.resolve();
        await once(signal, 'abort');
        ended.resolve();
        throw new Error('given up');
      },
    });
    const caller = new AbortController();
    const call = client.endSession({}, { signal: caller.signal });
    await begun.promise;
    caller.abort();
    await assert.rejects(call);
    await ended.promise;
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(refusals, []);
  });

  test('has aborted the signal of a call whose caller was gone before it was asked for', async (context) => {
    const gate = Promise.withResolvers<void>();
    const seen = Promise.withResolvers<boolean>();
    const { client } = await serving(context, {
      endSession: async (_request, call) => {
        gate.resolve();
        while (!('isCancelled' in call && call.isCancelled)) await new Promise((resolve) => setImmediate(resolve));
        seen.resolve(call.signal.aborted);
        return { ended: true };
      },
    });
    const caller = new AbortController();
    const call = assert.rejects(client.endSession({}, { signal: caller.signal }));
    await gate.promise;
    caller.abort();
    await call;
    assert.equal(await seen.promise, true);
  });

  test('does not abort the signal of a call that was answered', async (context) => {
    let signal: AbortSignal | undefined;
    const { client } = await serving(context, {
      endSession: async (_request, call) => {
        signal = call.signal;
        return { ended: true };
      },
    });
    await client.endSession({});
    // Another call on the same connection comes after the end of the first.
    await client.endSession({});
    assert.equal(signal?.aborted, false);
  });

  test('serves streams that go both ways', async (context) => {
    const log = pino({ level: 'silent' });
    const server = new ControlServer({ log, serviceNames: [MatchmakingServiceDefinition.fullName] });
    let heard = 0;
    const ended = Promise.withResolvers<void>();
    server.add(MatchmakingServiceDefinition, {
      ...(Object.fromEntries(
        Object.keys(MatchmakingServiceDefinition.methods).map((method) => [method, nobody]),
      ) as unknown as MatchmakingServiceImplementation),
      async *registerSimulation(requests) {
        for await (const _ of requests) {
          heard += 1;
          yield {};
        }
        ended.resolve();
      },
    });
    const port = await server.listen('127.0.0.1', 0);
    const channel = callChannel([`127.0.0.1:${port}`]);
    context.after(async () => {
      channel.close();
      await server.stop(0);
    });
    const client = controlClients.create(MatchmakingServiceDefinition, channel);
    async function* three() {
      for (let number = 1; number <= 3; number += 1) yield { simulationId: `simulation-${number}` };
    }
    let answers = 0;
    for await (const _ of client.registerSimulation(three())) answers += 1;
    assert.deepEqual([heard, answers], [3, 3]);
    await ended.promise;
  });

  test('tells nobody what went wrong inside, and logs it with its cause', async (context) => {
    const { client, lines } = await serving(context, {
      endSession: async () => {
        throw new TypeError('secret of ours');
      },
    });
    const error = await rich(client.endSession({}));
    assert.equal(error.code, Status.INTERNAL);
    assert.doesNotMatch(error.details, /secret/);
    assert.equal(lines.length, 1);
    assert.match(JSON.stringify(lines[0]), /secret of ours/);
    assert.match(JSON.stringify(lines[0]), /EndSession/);
  });

  test('does not fill the log while what it needs is away', async (context) => {
    const { client, lines } = await serving(context, {
      endSession: async () => {
        const error = unavailable('REDIS_AWAY', 'away', 100);
        error.cause = new Error('connection closed');
        throw error;
      },
    });
    assert.equal((await rich(client.endSession({}))).code, Status.UNAVAILABLE);
    assert.deepEqual(lines, []);
  });

  test('refuses requests beyond its bound, and takes those within', async (context) => {
    const { client } = await serving(
      context,
      { batchGetSessions: async () => ({ sessions: [] }) },
      { requestBytesMax: 10_000 },
    );
    const large = { playerIds: Array<string>(1_000).fill('0'.repeat(32)) };
    await assert.rejects(client.batchGetSessions(large), { code: Status.RESOURCE_EXHAUSTED });
    assert.deepEqual(await client.batchGetSessions({ playerIds: large.playerIds.slice(0, 100) }), { sessions: [] });
  });

  test('tells its health, by the names of its services and as a whole', async (context) => {
    const { health } = await serving(context, {});
    assert.equal((await health.check({ service: NAME })).status, 1);
    assert.equal((await health.check({ service: '' })).status, 1);
    await assert.rejects(health.check({ service: 'nobody' }), (error: ServerError) => error.code === Status.NOT_FOUND);
  });

  test('describes its services to whoever asks', async (context) => {
    const { port } = await serving(context, {});
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    context.after(() => client.close());
    const bytes = (value: Buffer) => value;
    const call = client.makeBidiStreamRequest(
      '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      bytes,
      bytes,
    );
    // list_services, field 7: "*"
    call.write(Buffer.from([0x3a, 1, 0x2a]));
    const [answer] = await once(call, 'data');
    assert.ok((answer as Buffer).includes(NAME));
    call.end();
    call.resume();
    await once(call, 'end');
  });
});

suite('a control server that stops', () => {
  test('lets the call under way end', async (context) => {
    const begun = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const { server, client } = await serving(context, {
      endSession: async () => {
        begun.resolve();
        await finish.promise;
        return { ended: true };
      },
    });
    const call = client.endSession({});
    await begun.promise;
    const stopped = server.stop(60_000);
    finish.resolve();
    assert.deepEqual(await call, { ended: true });
    await stopped;
  });

  test('tells its health until then', async (context) => {
    const { server, health } = await serving(context, {});
    const told: number[] = [];
    for await (const { status } of health.watch({ service: NAME })) {
      told.push(status);
      if (told.length === 1) void server.stop(60_000);
      if (told.length === 2) break;
    }
    assert.deepEqual(told, [1, 2]);
  });

  test('cuts a call that outlasts the grace', async (context) => {
    const begun = Promise.withResolvers<void>();
    const { server, client } = await serving(context, {
      endSession: async () => {
        begun.resolve();
        return new Promise<never>(() => {});
      },
    });
    const refused = assert.rejects(client.endSession({}), { code: Status.CANCELLED });
    await begun.promise;
    await server.stop(1);
    await refused;
  });

  test('stops although it never listened', async () => {
    const server = new ControlServer({ log: pino({ level: 'silent' }), serviceNames: [NAME] });
    assert.equal(await server.stop(1), undefined);
  });
});
