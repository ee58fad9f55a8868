/** What the SDK has for Node alone. */
export { type GrpcTransportOptions, grpcTransport } from './grpc-transport.ts';
export { nodeSocketTransport, nodeWebTransport } from './node-web-transport.ts';
