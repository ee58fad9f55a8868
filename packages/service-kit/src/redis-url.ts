/**
 * Where Redis is, in the forms that CLEW_REDIS_URL may have; with `rediss` instead of `redis` over TLS:
 *
 *     redis://[user:password@]host[:port][/database]
 *     redis+sentinel://[user:password@]host[:port][,host[:port]…]/master-name
 *     redis+cluster://[user:password@]host[:port][,host[:port]…]
 *
 * Of Sentinel and Cluster any nodes may be named; they tell of the others.
 */
export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

interface Common {
  readonly isTls: boolean;
  readonly username?: string;
  readonly password?: string;
}

export type RedisTarget =
  | ({ readonly kind: 'single'; readonly node: RedisNode; readonly database: number } & Common)
  | ({ readonly kind: 'sentinel'; readonly nodes: readonly RedisNode[]; readonly masterName: string } & Common)
  | ({ readonly kind: 'cluster'; readonly nodes: readonly RedisNode[] } & Common);

const form = /^(rediss?)(\+sentinel|\+cluster)?:\/\/(?:([^@/]*)@)?([^@/?#]+)(?:\/([^/?#]*))?$/;
const nodeForm = /^(\[[0-9a-fA-F:]+\]|[^:[\]\s]+)(?::(\d{1,5}))?$/;
const ports = { single: 6_379, cluster: 6_379, sentinel: 26_379 } as const;

/** Undefined for what is no such URL. */
export function parseRedisUrl(text: string): RedisTarget | undefined {
  const [, scheme, variant, credentials, hosts, path = ''] = form.exec(text) ?? [];
  if (scheme === undefined || hosts === undefined) return undefined;
  const kind = variant === undefined ? 'single' : variant === '+cluster' ? 'cluster' : 'sentinel';
  const nodes = hosts.split(',').map((host) => parseNode(host, ports[kind]));
  if (!nodes.every((node) => node !== undefined)) return undefined;
  const common = { isTls: scheme === 'rediss', ...parseCredentials(credentials) };
  switch (kind) {
    case 'single': {
      const database = path === '' ? 0 : Number(path);
      if (nodes.length !== 1 || !Number.isSafeInteger(database) || database < 0) return undefined;
      return { kind, node: nodes[0]!, database, ...common };
    }
    case 'sentinel':
      return path === '' ? undefined : { kind, nodes, masterName: decodeURIComponent(path), ...common };
    case 'cluster':
      return path === '' ? { kind, nodes, ...common } : undefined;
  }
}

function parseNode(text: string, fallback: number): RedisNode | undefined {
  const [, host, port] = nodeForm.exec(text) ?? [];
  if (host === undefined || Number(port ?? 0) > 65_535) return undefined;
  return { host: host.replace(/^\[|\]$/g, ''), port: port === undefined ? fallback : Number(port) };
}

function parseCredentials(text: string | undefined): Pick<Common, 'username' | 'password'> {
  if (text === undefined || text === '') return {};
  const colon = text.indexOf(':');
  const [username, password] = colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
  return {
    ...(username !== '' && { username: decodeURIComponent(username) }),
    ...(password !== '' && { password: decodeURIComponent(password) }),
  };
}
