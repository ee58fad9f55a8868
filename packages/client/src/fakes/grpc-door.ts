import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { type PlayRequest, PlayServiceDefinition } from '@clew/protocol/clew/play/v1/play.ts';
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { DoorHost, FakeStream, Refusal } from './door-host.ts';

/** A FakeEdge's door for native gRPC. Its own listener hands the sockets over, so that a test can count and cut them. */
export class GrpcDoor {
  readonly #host: DoorHost;
  readonly #server = new Server();
  readonly #listener: NetServer;
  readonly #sockets = new Set<Socket>();
  #port = 0;

  constructor(host: DoorHost) {
    this.#host = host;
    const definition: Record<string, object> = {};
    const implementation: UntypedServiceImplementation = {};
    for (const [key, method] of Object.entries(PlayServiceDefinition.methods)) {
      definition[key] = {
        path: `/${PlayServiceDefinition.fullName}/${method.name}`,
        requestStream: method.requestStream,
        responseStream: method.responseStream,
        requestSerialize: (value: Buffer) => value,
        requestDeserialize: (bytes: Buffer) => method.requestType.decode(bytes),
        responseSerialize: (value: Uint8Array) => Buffer.from(value),
        responseDeserialize: (bytes: Buffer) => bytes,
      };
      implementation[key] = method.requestStream
        ? (call: ServerDuplexStream<PlayRequest, Uint8Array>) => this.#stream(call)
        : (call: ServerUnaryCall<unknown, Uint8Array>, callback: sendUnaryData<Uint8Array>) => {
            // biome-ignore lint/suspicious/noExplicitAny: generated message types have no common parent
            const encode = (answer: any) => method.responseType.encode(answer).finish();
            this.#host.answer(method.name, call.request, tokenOf(call.metadata)).then(
              (answer) => callback(null, encode(answer)),
              (refusal) => callback(statusOf(refusal)),
            );
          };
    }
    // biome-ignore lint/suspicious/noExplicitAny: grpc-js types definitions by hand
    this.#server.addService(definition as any, implementation);
    const injector = this.#server.createConnectionInjector(ServerCredentials.createInsecure());
    this.#listener = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      injector.injectConnection(socket);
    });
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  get sockets(): number {
    return this.#sockets.size;
  }

  listen(): Promise<void> {
    return new Promise((resolve) => {
      this.#listener.listen(0, '127.0.0.1', () => {
        this.#port = (this.#listener.address() as { port: number }).port;
        resolve();
      });
    });
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#listener.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    this.#server.forceShutdown();
    await closed;
  }

  #stream(call: ServerDuplexStream<PlayRequest, Uint8Array>): void {
    const stream: FakeStream = {
      token: tokenOf(call.metadata),
      traceparent: String(call.metadata.get('traceparent')[0] ?? ''),
      inputs: [],
      isOpen: true,
      write: (message) => {
        call.write(message);
      },
      end: (refusal) => {
        if (refusal === undefined) call.end();
        else call.emit('error', statusOf(refusal));
      },
      cut: () => {
        for (const socket of this.#sockets) socket.destroy();
      },
    };
    call.on('data', ({ inputs }: PlayRequest) => this.#host.steered(inputs, stream.token));
    call.on('error', () => undefined);
    call.on('end', () => call.end());
    call.on('close', () => {
      stream.isOpen = false;
    });
    call.on('cancelled', () => {
      stream.isOpen = false;
    });
    this.#host.opened(stream);
  }
}

function tokenOf(metadata: Metadata): string {
  return String(metadata.get('authorization')[0] ?? '').replace('Bearer ', '');
}

function statusOf(refusal: Refusal) {
  const metadata = new Metadata();
  if (refusal.details !== undefined) metadata.set('grpc-status-details-bin', refusal.details);
  return { code: refusal.code as number, details: refusal.message, metadata };
}
