/**
 * What a unary call costs at least: bare grpc-js that answers every create with its own bytes. Listens on a port of 127.0.0.1
 * that it is told, until its standard input ends.
 */
import { SessionServiceDefinition } from '@clew/protocol/clew/session/v1/session.ts';
import { Server, ServerCredentials } from '@grpc/grpc-js';

const bytes = (buffer: Buffer) => buffer;
const codec = {
  requestSerialize: bytes,
  requestDeserialize: bytes,
  responseSerialize: bytes,
  responseDeserialize: bytes,
};
const path = `/${SessionServiceDefinition.fullName}/${SessionServiceDefinition.methods.createSession.name}`;

const server = new Server();
server.addService(
  { createSession: { path, requestStream: false, responseStream: false, ...codec } },
  {
    createSession: (call: { request: Buffer }, answer: (error: null, response: Buffer) => void) =>
      answer(null, call.request),
  },
);
server.bindAsync(`127.0.0.1:${process.argv[2]}`, ServerCredentials.createInsecure(), (error) => {
  if (error !== null) throw error;
});
process.stdin.resume().on('end', () => process.exit());
