import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ServiceError } from '@clew/service-kit/service-error';
import { BadRequest } from 'nice-grpc-error-details';
import { SimulationService } from './simulation-service.ts';
import { player, shortRules, TestMatches } from './testing/test-matches.ts';

suite('the simulation service', () => {
  test('starts a match, and the same only once', async (context) => {
    const { matches } = await TestMatches.open(context);
    const service = new SimulationService(matches, shortRules.seats);
    await service.createMatch({ matchId: 'm-1', epoch: 5, players: [player(1)] });
    await service.createMatch({ matchId: 'm-1', epoch: 5, players: [player(1)] });
    await service.reserveSeats({ matchId: 'm-1', players: [player(2)] });
    assert.equal(matches.size, 1);
    assert.equal(matches.get('m-1')?.seating.taken, 2);
  });

  const sound = { matchId: 'm-1', epoch: 5, players: [player(1)] };
  const faults: readonly [field: string, request: typeof sound][] = [
    ['match_id', { ...sound, matchId: '' }],
    ['match_id', { ...sound, matchId: 'm'.repeat(65) }],
    ['epoch', { ...sound, epoch: 0 }],
    ['players', { ...sound, players: [] }],
    ['players', { ...sound, players: [1, 2, 3, 4, 5].map((number) => player(number)) }],
    ['players[0].player_id', { ...sound, players: [{ ...player(1), playerId: 'me' }] }],
    ['players[1].player_id', { ...sound, players: [player(1), player(1)] }],
    ['players[0].session_epoch', { ...sound, players: [player(1, 0)] }],
    ['players[0].display_name', { ...sound, players: [{ ...player(1), displayName: '' }] }],
    ['players[0].display_name', { ...sound, players: [{ ...player(1), displayName: 'x'.repeat(65) }] }],
  ];
  for (const [field, request] of faults) {
    test(`names ${field} when it is wrong: ${JSON.stringify(request).slice(0, 60)}`, async (context) => {
      const { matches } = await TestMatches.open(context);
      const service = new SimulationService(matches, shortRules.seats);
      await assert.rejects(service.createMatch(request), (error) => {
        assert.ok(error instanceof ServiceError);
        const detail = error.details.find((each) => each.$type === BadRequest.$type);
        assert.ok(detail?.$type === BadRequest.$type);
        assert.equal(detail.fieldViolations[0]?.field, field);
        return true;
      });
      assert.equal(matches.size, 0);
    });
  }
});
