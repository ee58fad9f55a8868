import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';

/** What ts-proto's generic definitions tell of a method. */
export interface GenericMethod {
  readonly name: string;
  readonly requestType: MessageType;
  readonly requestStream: boolean;
  readonly responseType: MessageType;
  readonly responseStream: boolean;
}

interface MessageType {
  // biome-ignore lint/suspicious/noExplicitAny: generated message types have no common parent
  encode(message: any): { finish(): Uint8Array };
  decode(bytes: Uint8Array): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  fromPartial(partial: any): unknown;
}

export interface GenericService {
  readonly fullName: string;
  readonly methods: Readonly<Record<string, GenericMethod>>;
}

/**
 * A generic definition as grpc-js wants it, where a service is served or called without nice-grpc. Methods named in
 * `preEncoded` send responses that are encoded already: pass a Buffer per message.
 */
export function grpcDefinition<Service extends GenericService>(
  service: Service,
  preEncoded: readonly (keyof Service['methods'])[] = [],
  // biome-ignore lint/suspicious/noExplicitAny: grpc-js types handlers by hand
): ServiceDefinition<Record<keyof Service['methods'] & string, any>> {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const definition: Record<string, MethodDefinition<any, any>> = {};
  for (const [key, method] of Object.entries(service.methods)) {
    definition[key] = {
      path: `/${service.fullName}/${method.name}`,
      originalName: key,
      requestStream: method.requestStream,
      responseStream: method.responseStream,
      requestSerialize: (value) => buffer(method.requestType.encode(value).finish()),
      requestDeserialize: (bytes) => method.requestType.decode(bytes),
      responseSerialize: preEncoded.includes(key)
        ? (value: Buffer) => value
        : (value) => buffer(method.responseType.encode(value).finish()),
      responseDeserialize: (bytes) => method.responseType.decode(bytes),
    };
  }
  // biome-ignore lint/suspicious/noExplicitAny: as above
  return definition as ServiceDefinition<Record<keyof Service['methods'] & string, any>>;
}

/** The same bytes as a Buffer, not copied. */
function buffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
