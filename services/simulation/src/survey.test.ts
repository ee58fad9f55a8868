import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createWorld, defaultRules, emptyRecord, Phase, type Rules, step, visibilityOf, type World } from '@clew/maze';
import { Survey } from './survey.ts';

const rules: Rules = {
  ...defaultRules,
  ...{ seats: 4, levels: 2, baseSize: 40, floors: 2, regionSize: 4 },
  ...{ startingTicks: 20, climbingTicksMax: 5, scoringTicks: 20 },
};

/** What is known of each tick's maze. */
function* surveyed(world: World, survey: Survey) {
  for (;;) {
    step(world, emptyRecord);
    survey.work(world);
    yield survey.visibility;
  }
}

function assertKnown(world: World, { visibility }: Survey): void {
  const wanted = visibilityOf(world.layout, rules.regionSize);
  assert.ok(visibility);
  assert.deepEqual(visibility.regions, wanted.regions);
  for (let region = 1; region <= wanted.regions.count; region++) {
    assert.deepEqual(visibility.seenFrom(region), wanted.seenFrom(region));
  }
}

suite('a survey', () => {
  test('of a large maze takes several ticks, and finds what is to be found', () => {
    const world = createWorld({ seed: 11, rules });
    const survey = new Survey(rules.regionSize);
    let ticks = 0;
    for (const visibility of surveyed(world, survey)) {
      ticks++;
      if (visibility !== undefined) break;
    }
    assert.ok(ticks > 3 && ticks < rules.startingTicks, `${ticks} ticks`);
    assertKnown(world, survey);
    const { visibility } = survey;
    step(world, emptyRecord);
    survey.work(world);
    assert.equal(survey.visibility, visibility, 'it is done once');
  });

  test('of the next maze is done when its level begins, level after level', () => {
    const world = createWorld({ seed: 12, rules: { ...rules, levels: 3 } });
    const survey = new Survey(rules.regionSize);
    let level = 1;
    for (const visibility of surveyed(world, survey)) {
      if (world.level.phase === Phase.SCORING) assert.ok(visibility, 'what is played is known as long as it is played');
      if (world.level.number === level) continue;
      level = world.level.number;
      assertKnown(world, survey);
      if (level === 3) break;
    }
  });

  test('that was not done in time goes on, and shows nothing of the maze before', () => {
    const world = createWorld({ seed: 13, rules: { ...rules, scoringTicks: 2 } });
    const survey = new Survey(rules.regionSize);
    let unknown = 0;
    for (const visibility of surveyed(world, survey)) {
      if (world.level.number < 2) continue;
      if (visibility !== undefined) break;
      unknown++;
    }
    assert.ok(unknown > 0 && unknown < rules.startingTicks, `${unknown} ticks`);
    assertKnown(world, survey);
  });
});
