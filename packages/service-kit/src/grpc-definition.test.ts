import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import {
  type AuthenticateSessionRequest,
  AuthenticateSessionResponse,
  SessionEvent_Kind as Kind,
  SessionServiceDefinition,
  WatchSessionsResponse,
} from '@clew/protocol/clew/session/v1/session.ts';
import {
  credentials,
  makeClientConstructor,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { grpcDefinition } from './grpc-definition.ts';

/** A grpc-js server of the session protocol, and a grpc-js client. */
async function serving(context: TestContext, handlers: UntypedServiceImplementation, encoded: ['watchSessions'] | []) {
  const server = new Server();
  server.addService(grpcDefinition(SessionServiceDefinition, encoded), handlers);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  );
  const Client = makeClientConstructor(grpcDefinition(SessionServiceDefinition), 'Session');
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  context.after(() => {
    client.close();
    server.forceShutdown();
  });
  // biome-ignore lint/suspicious/noExplicitAny: grpc-js makes methods at run time
  return client as any;
}

test('a grpc-js server and a grpc-js client speak the generated protocol', async (context) => {
  const client = await serving(
    context,
    {
      authenticateSession: (
        call: ServerUnaryCall<AuthenticateSessionRequest, AuthenticateSessionResponse>,
        answer: sendUnaryData<AuthenticateSessionResponse>,
      ) =>
        answer(null, AuthenticateSessionResponse.fromPartial({ session: { playerId: call.request.token, epoch: 7 } })),
    },
    [],
  );
  const answer = await new Promise<AuthenticateSessionResponse>((resolve, reject) => {
    client.authenticateSession({ token: 'abc' }, (error: Error | null, answer: AuthenticateSessionResponse) =>
      error ? reject(error) : resolve(answer),
    );
  });
  assert.deepEqual(answer, AuthenticateSessionResponse.fromPartial({ session: { playerId: 'abc', epoch: 7 } }));
});

test('responses that are encoded already are sent as they are', async (context) => {
  const told = WatchSessionsResponse.fromPartial({ events: [{ kind: Kind.KIND_ENDED, epoch: 3 }], cursor: 'c' });
  const client = await serving(
    context,
    {
      watchSessions: (call: ServerWritableStream<unknown, Buffer>) => {
        call.write(Buffer.from(WatchSessionsResponse.encode(told).finish()));
        call.end();
      },
    },
    ['watchSessions'],
  );
  const [received] = await once(client.watchSessions({ cursor: '' }), 'data');
  assert.deepEqual(received, told);
});
