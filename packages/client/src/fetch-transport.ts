import type { Transport } from './transport.ts';

/** gRPC-web over fetch, for browsers and Node. Addresses are origins: "http://127.0.0.1:8080". */
export function fetchTransport(): Transport {
  throw new Error('in the next commit');
}
