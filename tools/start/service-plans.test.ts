import assert from 'node:assert/strict';
import { test } from 'node:test';
import { internalPorts, planServices, type StackPlan } from './service-plans.ts';

const counts = { session: 2, matchmaking: 1, simulation: 2, edge: 2 };
const plan: StackPlan = {
  counts,
  redisUrl: 'redis://127.0.0.1:6000',
  host: '127.0.0.1',
  ports: Array.from({ length: internalPorts(counts) }, (_, index) => 20_000 + index),
  edgePorts: [
    [8080, 8081],
    [8082, 8083],
  ],
  webRoot: '/web',
};

test('no two listeners share a port, and no port is left over', () => {
  const used = planServices(plan).flatMap(({ env }) =>
    ['CLEW_GRPC_PORT', 'CLEW_OPS_PORT', 'CLEW_TRUNK_PORT', 'CLEW_WEB_PORT'].flatMap((key) => env[key] ?? []),
  );
  assert.equal(new Set(used).size, used.length);
  assert.equal(used.length, plan.ports.length + 4);
});

test('everybody is told where the others listen', () => {
  const services = planServices(plan);
  const addressesOf = (kind: string) =>
    services.flatMap((service) => (service.kind === kind ? service.grpcAddress : [])).join(',');
  for (const { kind, env } of services) {
    if (kind === 'session') continue;
    assert.equal(env.CLEW_SESSION_ADDRESSES, addressesOf('session'));
    if (kind !== 'matchmaking') assert.equal(env.CLEW_MATCHMAKING_ADDRESSES, addressesOf('matchmaking'));
  }
});

test('every edge knows all edges, by web URL and gRPC address', () => {
  const edges = planServices(plan).filter((service) => service.kind === 'edge');
  assert.deepEqual(
    edges.map(({ name, webUrl, grpcAddress }) => [name, webUrl, grpcAddress]),
    [
      ['edge-1', 'http://127.0.0.1:8080', '127.0.0.1:8081'],
      ['edge-2', 'http://127.0.0.1:8082', '127.0.0.1:8083'],
    ],
  );
  for (const edge of edges) {
    assert.equal(edge.env.CLEW_EDGES, 'http://127.0.0.1:8080|127.0.0.1:8081,http://127.0.0.1:8082|127.0.0.1:8083');
  }
});

test('who is reached through something else listens elsewhere, and players are told the way through it', () => {
  const edges = planServices({ ...plan, webDoors: [9_001, 9_002] }).filter((service) => service.kind === 'edge');
  assert.deepEqual(
    edges.map(({ webUrl, env }) => [webUrl, env.CLEW_PUBLIC_WEB_URL, env.CLEW_WEB_PORT]),
    [
      ['http://127.0.0.1:8080', 'http://127.0.0.1:8080', '9001'],
      ['http://127.0.0.1:8082', 'http://127.0.0.1:8082', '9002'],
    ],
  );
  assert.match(edges[0]!.env.CLEW_EDGES!, /^http:\/\/127\.0\.0\.1:8080\|/);
});
