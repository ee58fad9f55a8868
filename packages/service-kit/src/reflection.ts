import { readFileSync } from 'node:fs';
import type { ServerDuplexStream, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { loadFileDescriptorSetFromBuffer } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';

/** Descriptors of all protos, for reflection; written by `npm run generate`. */
const descriptors = new URL('../../protocol/gen/descriptors.binpb', import.meta.url);

/** Who takes services in: a server, or something before it. */
export interface ServiceHost {
  addService(definition: ServiceDefinition, implementation: UntypedServiceImplementation): void;
}

// biome-ignore lint/suspicious/noExplicitAny: one for each version of reflection
type Reflect = (call: ServerDuplexStream<any, any>) => void;

/**
 * Reflection, made when somebody first asks for it: to read all descriptors takes longer than all else that a server does
 * at its start, and hardly anybody ever asks.
 */
export function addReflection(host: ServiceHost, services: readonly string[]): void {
  let made: readonly Reflect[] | undefined;
  const make = () => {
    const described = loadFileDescriptorSetFromBuffer(readFileSync(descriptors));
    return partsOf(new ReflectionService(described, { services: [...services] })).map(({ reflect }) => reflect);
  };
  for (const [version, definition] of definitions.entries()) {
    host.addService(definition, {
      ServerReflectionInfo: (call: Parameters<Reflect>[0]) => {
        made ??= make();
        made[version]?.(call);
      },
    });
  }
}

/** What it would add to a server, in its order: v1, v1alpha. */
function partsOf(service: ReflectionService): { definition: ServiceDefinition; reflect: Reflect }[] {
  const parts: { definition: ServiceDefinition; reflect: Reflect }[] = [];
  const host: ServiceHost = {
    addService: (definition, { ServerReflectionInfo: reflect }) => {
      parts.push({ definition, reflect: reflect as unknown as Reflect });
    },
  };
  service.addToServer(host);
  return parts;
}

/** The library's own, whatever it describes. */
const definitions = partsOf(new ReflectionService({}, { services: [] })).map(({ definition }) => definition);
