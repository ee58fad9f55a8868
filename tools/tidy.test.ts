/**
 * The rules of the house that no linter knows. Each is a function from a repository to its violations; it is held against
 * this repository, and against a small wrong one, to see that it bites.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { root } from './setup.mjs';
import { determinism } from './tidy/determinism.ts';
import { declaredDependencies, importCycles, importDirections, unusedFiles } from './tidy/imports.ts';
import { registeredCollections } from './tidy/memory.ts';
import { processAccess } from './tidy/processes.ts';
import { copiedFiles, doubledComments } from './tidy/repetition.ts';
import { type Repository, readRepository, repositoryOf } from './tidy/repository.ts';
import { toldMetrics } from './tidy/telemetry.ts';
import { assertingTests } from './tidy/tests.ts';

type Rule = (repository: Repository) => string[];

const here = readRepository(root);

/** The rule holds here; in `wrong` it finds exactly these faults; in `right`, which is close to it, none. */
function rule(name: string, find: Rule, examples: { wrong: Files; faults: RegExp[]; right?: Files }): void {
  suite(name, () => {
    test('holds in this repository', () => {
      const faults = find(here);
      assert.ok(faults.length === 0, `\n${faults.join('\n')}`);
    });
    test('finds what breaks it', () => {
      const faults = find(repositoryOf(examples.wrong));
      assert.equal(faults.length, examples.faults.length, faults.join('\n'));
      for (const [index, fault] of faults.entries()) assert.match(fault, examples.faults[index]!);
    });
    test('lets pass what only looks like it', () => {
      assert.deepEqual(find(repositoryOf(examples.right ?? {})), []);
    });
  });
}

type Files = Readonly<Record<string, string>>;

const workspaces: Files = {
  'package.json':
    '{ "name": "clew", "devDependencies": { "fast-check": "1" }, "scripts": { "start": "node tools/start.mjs" } }',
  'packages/maze/package.json': '{ "name": "@clew/maze", "exports": { ".": "./src/index.ts" } }',
  'packages/service-kit/package.json':
    '{ "name": "@clew/service-kit", "exports": { "./*": "./src/*.ts" }, "dependencies": { "pino": "1" } }',
  'services/edge/package.json':
    '{ "name": "@clew/edge-service", "dependencies": { "@clew/service-kit": "1", "@clew/maze": "1" } }',
};

rule('imports run one way', importDirections, {
  wrong: {
    ...workspaces,
    'packages/maze/src/step.ts': "import { readFileSync } from 'node:fs';",
    'services/edge/src/door.ts': "import type { World } from '@clew/maze';\nimport '../../session/src/lease.ts';",
    'services/edge/src/other.ts': "export * from '../../../packages/service-kit/src/log.ts';",
  },
  faults: [
    /packages\/maze\/src\/step.ts:1 imports node:fs: the rules import nothing/,
    /door.ts:1 imports @clew\/maze: services\/edge may not know packages\/maze/,
    /door.ts:2 .* may not know services\/session/,
    /other.ts:1 .* name the package/,
  ],
  right: {
    ...workspaces,
    'packages/maze/src/step.test.ts': "import { test } from 'node:test';",
    'services/edge/src/door.ts': "import { log } from '@clew/service-kit/log';\nimport { frame } from './frame.ts';",
    'tools/anything.ts': "import '../services/edge/src/door.ts';",
  },
});

rule('packages name what they import', declaredDependencies, {
  wrong: {
    ...workspaces,
    'services/edge/src/door.ts': "import pino from 'pino';\nimport { lib } from '@scope/lib/deep';",
    'tools/tool.ts': "import 'unheard-of';",
  },
  faults: [/pino, which services\/edge's/, /@scope\/lib, which/, /unheard-of, which the root's/],
  right: {
    ...workspaces,
    'packages/service-kit/src/log.ts': "import pino from 'pino';\nimport 'node:fs';",
    'services/edge/src/door.test.ts': "import fc from 'fast-check';",
  },
});

rule('imports run in no circle', importCycles, {
  wrong: {
    'tools/a.ts': "import './b.ts';",
    'tools/b.ts': "import './c.ts';",
    'tools/c.ts': "const a = await import('./a.ts');",
  },
  faults: [/^tools\/a.ts → tools\/b.ts → tools\/c.ts → tools\/a.ts/],
  right: { 'tools/a.ts': "import './b.ts';\nimport './c.ts';", 'tools/b.ts': "import './c.ts';", 'tools/c.ts': '' },
});

rule('every file is used', unusedFiles, {
  wrong: {
    ...workspaces,
    'services/edge/src/main.ts': "import './door.ts';",
    'services/edge/src/door.ts': '',
    'services/edge/src/window.ts': '',
    'services/edge/src/shed.ts': '',
    'services/edge/src/shed.test.ts': "import './shed.ts';",
    'services/edge/src/scripts/claim.lua': '',
  },
  faults: [/shed.ts is used by tests only/, /window.ts is used by nothing/, /claim.lua is named by nothing/],
  right: {
    ...workspaces,
    'packages/maze/src/index.ts': "export * from './world.ts';",
    'packages/maze/src/world.ts': '',
    'services/edge/src/main.ts': "load('scripts/claim.lua'); new Worker(new URL('./worker.ts', import.meta.url));",
    'services/edge/src/worker.ts': '',
    'services/edge/src/scripts/claim.lua': '',
    'services/edge/src/fake-peer.ts': '',
    'services/edge/src/door.test.ts': "import './fake-peer.ts';",
    'tools/start.mjs': '',
  },
});

rule('the rules of the game are deterministic', determinism, {
  wrong: {
    'packages/maze/src/world.ts': `
      const now = Date.now();
      const chance = Math.random();
      const sine = Math.sin(1) + 2 ** 0.5;
      const seats: Map<number, string> = new Map();
      for (const seat of seats.values()) use(seat);
      const all = [...seats];
      async function step() {}`,
  },
  faults: [/:2 Date/, /:3 Math.random/, /:4 Math.sin/, /:4 \*\*/, /:6 the order/, /:7 the order/, /:8 .*asynchronous/],
  right: {
    'packages/maze/src/world.ts': `
      const root = Math.sqrt(2) + Math.imul(3, 4);
      const seats = new Map(); seats.get(1);
      for (const seat of list) use(seat);`,
    'packages/maze/src/world.test.ts': 'const started = Date.now();',
  },
});

rule('long-lived collections are registered', registeredCollections, {
  wrong: {
    'services/edge/src/door.ts': `
      const open = new Map<string, Stream>();
      class Door {
        #streams = new Set();
        queue: string[] = [];
        constructor() { this.late = new Map(); }
      }`,
  },
  faults: [/:2 lives long/, /:4 lives long/, /:5 lives long/, /:6 lives long/],
  right: {
    'services/edge/src/door.ts': `
      const table = new Map([['a', 1]]);
      class Door {
        #streams = this.collections.set('edge.streams', { bound: 10 });
        // M3: at most eight, one for each seat.
        #seats = new Map();
        open() { const seen = new Set(); const list: string[] = []; this.list = []; }
      }
      function open() { const seen = new Map(); }`,
    'clients/web/src/scene.ts': 'const meshes = new Map();',
  },
});

rule('only main.ts knows its process', processAccess, {
  wrong: { 'services/edge/src/door.ts': "if (process.env.X) process.exit(1);\nprocess.on('SIGTERM', stop);" },
  faults: [/:1 process.env/, /:1 process.exit/, /:2 process.on/],
  right: {
    'services/edge/src/main.ts': 'run(process.env);',
    'services/edge/src/door.ts': 'const memory = process.memoryUsage(); host.env.X;',
    'tools/start/main.ts': 'process.exit(0);',
  },
});

rule('tests assert', assertingTests, {
  wrong: {
    'tools/a.test.ts': "test('runs', async () => { await run(); stop(); });",
    'tools/b.test.ts': '',
  },
  faults: [/a.test.ts:1 asserts nothing/, /b.test.ts has no test/],
  right: {
    'tools/a.test.ts': `
      const holds = (x) => assert.ok(x);
      test('one', () => holds(1));
      test('two', () => assert.equal(1, 1));
      test('three', async () => { start(); await stopped; });`,
  },
});

rule('no file is there twice', copiedFiles, {
  wrong: { 'tools/a.ts': 'export const one = 1;\n', 'bench/b.ts': 'export const one = 1;' },
  faults: [/tools\/a.ts and bench\/b.ts|bench\/b.ts and tools\/a.ts/],
  right: {
    'tools/a.ts': 'export const one = 1;',
    'bench/b.ts': 'export const two = 2;',
    'bench/c.ts': '',
    'bench/d.ts': '',
  },
});

rule('nothing has two comments', doubledComments, {
  wrong: { 'tools/a.ts': 'class A {\n  /** At most eight. */\n  /** One for each seat. */\n  #seats = 8;\n}' },
  faults: [/a.ts:3 has a comment already/],
  right: { 'tools/a.ts': '/** About the file. */\n/** About one. */\nexport const one = 1;\n\n/* a */ class B {}' },
});

rule('what is measured is told', toldMetrics, {
  wrong: {
    'docs/telemetry.md': '| `clew_edge_frames_total` | `edge.players` | `clew_redis_keys` |',
    'services/edge/src/counter-names.ts': "export const names = ['edge.frames', 'edge.keyFrames'];",
    'services/edge/src/door.ts': "collections.map('edge.streams', { bound: 1 });",
    'packages/service-kit/src/redis.ts': "gauge({ name: 'clew.redis.clients' });",
  },
  faults: [/:1 .*clew_redis_clients/, /:1 .*clew_edge_key_frames_total/, /:1 .*edge.streams/],
  right: {
    'docs/telemetry.md': '| `clew_edge_refused_total` | `edge.players` | `clew_redis_memory_used_bytes` |',
    'services/edge/src/door.ts':
      "counters.add('edge.refused.not_found'); collections.map('edge.players', { bound: 1 });",
    'services/edge/src/door.test.ts': "counters.add('edge.unheard_of');",
    'packages/service-kit/src/redis.ts': "gauge({ name: 'clew.redis.memory.used' });",
  },
});
