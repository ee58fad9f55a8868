import { NodeHttpTransport } from 'nice-grpc-web';
import type { Transport } from './transport.ts';
import { webTransport } from './web-transport.ts';

/** What the SDK has for Node alone. */
export { type GrpcTransportOptions, grpcTransport } from './grpc-transport.ts';

/** gRPC-web over node:http: what `fetchTransport` says, at half the CPU. For load tests with many players a process. */
export function nodeWebTransport(): Transport {
  return webTransport(NodeHttpTransport());
}
