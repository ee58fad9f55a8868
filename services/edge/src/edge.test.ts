import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseConfig, serviceFields } from '@clew/service-kit/config';
import { createLog } from '@clew/service-kit/log';
import { edgeFields } from './config.ts';
import { startEdge } from './edge.ts';

const log = createLog({ name: 'edge-test', level: 'silent', format: 'json' });
const config = parseConfig(
  { ...serviceFields, ...edgeFields },
  {
    CLEW_SESSION_ADDRESSES: '127.0.0.1:1',
    CLEW_MATCHMAKING_ADDRESSES: '127.0.0.1:1',
    CLEW_WEB_PORT: '0',
    CLEW_WEB_ROOT: '/nowhere',
  },
);

suite('an edge', () => {
  test('whose start is called off leaves nothing running', async () => {
    await assert.rejects(startEdge(config, log, AbortSignal.abort(new Error('called off'))), /called off/);
    // Whatever was left would keep this process from ending.
  });
});
