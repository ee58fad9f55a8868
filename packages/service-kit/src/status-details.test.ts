import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionServiceDefinition } from '@clew/protocol/clew/session/v1/session.ts';
import { Metadata, Server, ServerCredentials, type sendUnaryData } from '@grpc/grpc-js';
import { Status } from 'nice-grpc-common';
import { RichClientError } from 'nice-grpc-error-details';
import { callChannel, controlClients } from './control-client.ts';
import { grpcDefinition } from './grpc-definition.ts';
import { invalidField, ServiceError, unavailable } from './service-error.ts';
import { encodeStatusDetails } from './status-details.ts';

for (const [name, error] of Object.entries({
  'a field': invalidField('inputs[2].forward', 'must be at most 127'),
  'a time to try again': unavailable('REDIS_AWAY', 'the store is away', 1_500),
  'words beyond ASCII': new ServiceError(Status.FAILED_PRECONDITION, 'SESSION_ACTIVE', 'Ariadne’s other tab — 線'),
})) {
  test(`what a grpc-js door writes of a refusal is read by our clients: ${name}`, async (context) => {
    const server = new Server();
    server.addService(grpcDefinition(SessionServiceDefinition), {
      endSession: (_call: unknown, answer: sendUnaryData<never>) => {
        const metadata = new Metadata();
        metadata.set('grpc-status-details-bin', encodeStatusDetails(error));
        answer({ code: error.status as number, details: error.message, metadata });
      },
    });
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (failure, port) =>
        failure ? reject(failure) : resolve(port),
      ),
    );
    const channel = callChannel([`127.0.0.1:${port}`]);
    context.after(() => {
      channel.close();
      server.forceShutdown();
    });
    const client = controlClients.create(SessionServiceDefinition, channel);
    // An UNAVAILABLE is tried again, and refused again.
    await assert.rejects(client.endSession({}), (thrown: unknown) => {
      assert.ok(thrown instanceof RichClientError);
      assert.equal(thrown.code, error.status);
      assert.deepEqual(thrown.extra, error.details);
      return true;
    });
  });
}
