import type { Transport } from './transport.ts';

export interface GrpcTransportOptions {
  /** Players that share one TCP connection before the next is opened. Default 16. */
  readonly playersPerConnection?: number;
}

/** Native gRPC, for Node. Addresses are host:port. */
export function grpcTransport(_options: GrpcTransportOptions = {}): Transport {
  throw new Error('in the next commit');
}
