import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { defaultRules, labyrinthRules } from '@clew/maze';
import { ConfigError, parseConfig, serviceFields } from '@clew/service-kit/config';
import { matchesMaxOf, rulesOf, simulationFields } from './config.ts';

const fields = { ...serviceFields, ...simulationFields };
const needed = { CLEW_SESSION_ADDRESSES: '127.0.0.1:1', CLEW_MATCHMAKING_ADDRESSES: '127.0.0.1:2' };

suite('the configuration of a simulation', () => {
  test('needs to know where session and matchmaking are, and nothing else', () => {
    assert.deepEqual(rulesOf(parseConfig(fields, needed)), defaultRules);
    assert.throws(() => parseConfig(fields, {}), ConfigError);
  });

  test('decides the rules of its matches', () => {
    const env = { ...needed, CLEW_RULES_LEVELS: '2', CLEW_RULES_SEATS: '3', CLEW_RULES_CLIMBING_TICKS_MAX: '50' };
    assert.deepEqual(rulesOf(parseConfig(fields, env)), {
      ...defaultRules,
      levels: 2,
      seats: 3,
      climbingTicksMax: 50,
    });
  });

  test('knows a mode for a thousand, whose rules can be given one by one as well', () => {
    const env = { ...needed, CLEW_RULES_MODE: 'labyrinth', CLEW_RULES_SEATS: '200' };
    assert.deepEqual(rulesOf(parseConfig(fields, env)), { ...labyrinthRules, seats: 200 });
    assert.throws(() => parseConfig(fields, { ...needed, CLEW_RULES_MODE: 'tour' }), /CLEW_RULES_MODE/);
  });

  test('bounds its matches by what they cost, unless it is told otherwise', () => {
    const boundOf = (env: Record<string, string>) => matchesMaxOf(parseConfig(fields, { ...needed, ...env }));
    assert.equal(boundOf({}), 300);
    assert.equal(boundOf({ CLEW_RULES_MODE: 'labyrinth' }), 2);
    assert.equal(boundOf({ CLEW_RULES_MODE: 'labyrinth', CLEW_MATCHES_MAX: '5' }), 5);
  });

  test('names what is wrong', () => {
    const env = { ...needed, CLEW_SIMULATION_ID: 'a b', CLEW_RULES_SEATS: '0', CLEW_MATCHES_MAX: 'many' };
    assert.throws(() => parseConfig(fields, env), /CLEW_SIMULATION_ID.*\n?.*CLEW_MATCHES_MAX.*\n?.*CLEW_RULES_SEATS/s);
  });
});
