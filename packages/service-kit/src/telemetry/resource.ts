import type { Attributes } from './instruments.ts';

/** Who tells: the service, and its instance by its stable name. */
export function resourceOf(service: string, name: string): Attributes {
  return { 'service.namespace': 'clew', 'service.name': service, 'service.instance.id': name };
}
