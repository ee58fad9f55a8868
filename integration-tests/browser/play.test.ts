import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { stackForFile } from '../stack.ts';
import { until } from '../until.ts';
import { browserForFile, tells, told, Visitor } from './browser.ts';
import { walkToExit } from './walker.ts';

/** Small levels that wait for the player: bots do not end them. */
const stack = stackForFile({
  env: {
    CLEW_MATCH_FILL_MS: '200',
    CLEW_RULES_LEVELS: '2',
    CLEW_RULES_BASE_SIZE: '4',
    CLEW_RULES_STARTING_TICKS: '20',
    CLEW_RULES_CLIMBING_TICKS_MAX: '100000',
    CLEW_RULES_AFTER_ARRIVAL_TICKS: '100000',
    CLEW_RULES_SCORING_TICKS: '40',
    CLEW_MATCH_FINISHED_MS: '500',
  },
});
const browser = browserForFile();

const visitor = async () => Visitor.of(await browser(), stack().edges[0]!.webUrl);

/** From the start screen into a match. */
async function play(page: Page, name: string): Promise<void> {
  await page.fill('#player-name', name);
  await page.click('#play');
  await tells(page, 'state', 'seated');
  await page.waitForSelector('#hud:not([hidden])');
}

test('a match is played with the keyboard, from the start screen to the ranking and into the next one', async () => {
  await using ariadne = await visitor();
  const page = await ariadne.tab();
  assert.equal(await told(page, 'state'), 'signed-out');
  await page.fill('#player-name', ' ');
  await page.click('#play');
  assert.match((await page.textContent('#name-fault')) ?? '', /call you/);

  await play(page, 'Ariadne');
  const match = await told(page, 'match');
  assert.equal(await page.textContent('#hud-level'), 'Level 1/2');
  assert.match((await page.textContent('#hud-ranking')) ?? '', /Ariadne/);
  assert.equal((await page.evaluate(() => window.clew.others())).length, 7, 'bots sit on the other seats');

  await tells(page, 'phase', '2');
  const before = await page.evaluate(() => window.clew.pose()!);
  await page.keyboard.down('ArrowRight');
  await until('the arrow key turns', () => page.evaluate((was) => window.clew.pose()!.heading !== was, before.heading));
  await page.keyboard.up('ArrowRight');

  await walkToExit(page);
  await tells(page, 'phase', '3');
  assert.match((await page.textContent('#board h2')) ?? '', /Level 1 of 2/);
  assert.ok(Number(await told(page, 'points')) > 0);

  await tells(page, 'level', '2');
  await tells(page, 'phase', '2');
  await walkToExit(page);
  await page.waitForSelector('#play-again:visible');
  assert.match((await page.textContent('#board')) ?? '', /Ariadneyou/);
  assert.equal(await told(page, 'state'), 'lobby');

  await page.click('#play-again');
  await tells(page, 'state', 'seated');
  await page.waitForSelector('#hud:not([hidden])');
  assert.notEqual(await told(page, 'match'), match);
  assert.deepEqual(ariadne.complaints, []);
});

test('a page that is loaded again goes on in the same seat without a click', async () => {
  await using theseus = await visitor();
  const page = await theseus.tab();
  await play(page, 'Theseus');
  const [match, seat] = [await told(page, 'match'), await told(page, 'seat')];
  await page.reload();
  await tells(page, 'match', match);
  assert.equal(await told(page, 'seat'), seat);
});

test('a tab that is closed and opened again has the same seat', async () => {
  await using phaedra = await visitor();
  const first = await phaedra.tab();
  await play(first, 'Phaedra');
  const [match, seat] = [await told(first, 'match'), await told(first, 'seat')];
  await first.close();

  const second = await phaedra.tab();
  assert.equal(await second.inputValue('#player-name'), 'Phaedra', 'the name is remembered');
  // The edge may hear of the closed tab a moment later than the new one asks.
  await until('the seat is there again', async () => {
    const back = await second.$('#back:visible');
    if (back) await back.click();
    const button = await second.$('#play:visible');
    if (button) await button.click();
    return (await told(second, 'state')) === 'seated';
  });
  await tells(second, 'match', match);
  assert.equal(await told(second, 'seat'), seat);
});

test('a second tab is refused until "Play here" is clicked, and the older one says why it ended', async () => {
  await using minos = await visitor();
  const first = await minos.tab();
  await play(first, 'Minos');
  const [match, seat] = [await told(first, 'match'), await told(first, 'seat')];

  const second = await minos.tab();
  await second.click('#play');
  await tells(second, 'state', 'ended');
  assert.equal(await told(second, 'reason'), 'SESSION_ACTIVE');
  assert.match((await second.textContent('#notice')) ?? '', /already playing in another tab/);
  const tick = Number(await told(first, 'tick'));
  await until('the first tab plays on', async () => Number(await told(first, 'tick')) > tick + 5);
  assert.equal(await told(first, 'state'), 'seated');

  await second.click('#take-over');
  await tells(second, 'match', match);
  assert.equal(await told(second, 'seat'), seat);
  await tells(first, 'state', 'ended');
  assert.equal(await told(first, 'reason'), 'SESSION_REPLACED');
  assert.match((await first.textContent('#notice')) ?? '', /moved to another tab/);
  assert.ok(await first.isVisible('#take-over'));
});

test('a page says that it reconnects, and plays on when the edge is there again', async () => {
  await using icarus = await visitor();
  const page = await icarus.tab();
  await play(page, 'Icarus');
  const seat = await told(page, 'seat');
  const edge = stack().edges[0]!;
  await edge.stop('SIGKILL');
  await tells(page, 'state', 'reconnecting');
  assert.match((await page.textContent('#notice')) ?? '', /Your seat is kept/);
  await edge.start();
  await tells(page, 'state', 'seated');
  assert.equal(await told(page, 'seat'), seat);
  assert.ok(await page.isHidden('#notice'));
});

test('who loses a match with its server is told so, and gets another one', async () => {
  await using talos = await visitor();
  const page = await talos.tab();
  await play(page, 'Talos');
  const match = await told(page, 'match');
  await stack().of('simulation')[0]!.kill('SIGKILL');
  await page.waitForFunction(() => /Your match was lost/.test(document.querySelector('#notice')?.textContent ?? ''));
  await tells(page, 'state', 'seated');
  await page.waitForSelector('#hud:not([hidden])');
  assert.notEqual(await told(page, 'match'), match);
});
