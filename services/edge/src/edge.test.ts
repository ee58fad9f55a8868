import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseConfig, serviceFields } from '@clew/service-kit/config';
import { createLog } from '@clew/service-kit/log';
import { ServiceError } from '@clew/service-kit/service-error';
import { Status } from 'nice-grpc-common';
import { edgeFields } from './config.ts';
import { startEdge } from './edge.ts';
import { GrpcPlayer } from './testing/grpc-player.ts';
import { startTestEdge } from './testing/test-edge.ts';
import { until } from './testing/until.ts';

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

  test('that stops says who is detached, and leaves nobody connected', async () => {
    const connections = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
    await using edge = await startTestEdge();
    const before = connections();
    using player = await (await new GrpcPlayer(edge.grpcAddress).signIn()).play();
    await player.call('findMatch');
    edge.matchmaking.assign(edge.matchmaking.ticketOf(player.playerId)!, edge.simulation.match('m-1'));
    await player.event('seated');
    assert.equal(edge.session.watching, 1);
    let refusals = 1;
    edge.session.onCall = (method) => {
      if (method === 'detachSession' && refusals-- > 0) throw new ServiceError(Status.UNAVAILABLE, 'AWAY', 'away');
    };
    await edge.stop();
    assert.deepEqual(
      edge.session.detached.map(({ playerId }) => playerId),
      [player.playerId],
      'the stop waits until session has heard it',
    );
    player[Symbol.dispose]();
    await until('nobody watches', () => edge.session.watching === 0);
    await until('nobody is connected', () => connections() <= before);
  });
});
