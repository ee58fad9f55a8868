/** What one sees while one plays: level and time, ranking, compass, clews, hints, and how the connection is. */

import type { MatchSample } from '@clew/client';
import { FLAG_OUT, Phase } from '@clew/maze';
import { bearingOf, onStrip, pointOf } from '../play/compass.ts';
import { clock, counted, ordinal } from '../play/telling.ts';
import { button, element, say } from './element.ts';
import { rankingRows, rankingTable } from './ranking-list.ts';

/** Degrees that the compass shows at once. */
const COMPASS_SPAN = 150;
const MARKS = Array.from({ length: 24 }, (_, index) => index * 15);
const LETTERS: Readonly<Record<number, string>> = {
  0: 'N',
  45: 'NE',
  90: 'E',
  135: 'SE',
  180: 'S',
  225: 'SW',
  270: 'W',
  315: 'NW',
};
/** Under so much time left the clock is red. */
const HURRY_MS = 20_000;
/** From so much silence on, the connection is in trouble. */
const SILENT_MS = 600;

export class Hud {
  readonly root: HTMLElement;
  readonly #level = element('strong', { id: 'hud-level' });
  readonly #clock = element('span', { id: 'hud-clock', class: 'clock' });
  readonly #floor = element('span', { id: 'hud-floor', class: 'quiet-text' });
  readonly #points = element('strong', { id: 'hud-points' });
  readonly #clews = element('span', { id: 'hud-clews' });
  readonly #place = element('span', { id: 'hud-place', class: 'quiet-text' });
  readonly #ranking = element('div', { id: 'hud-ranking' });
  readonly #ping = element('span', { id: 'hud-ping' });
  readonly #sound: HTMLButtonElement;
  readonly #hint = element('p', { id: 'hud-hint', attributes: { 'aria-live': 'polite' } });
  readonly #news = element('p', { id: 'hud-news', attributes: { role: 'status' } });
  readonly #mouse = element('p', { id: 'hud-mouse', text: 'Click to look around with the mouse · Esc frees it' });
  readonly #compass: HTMLElement;
  readonly #marks: readonly HTMLElement[];
  #rankingShown: unknown;
  #newsTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(onSound: () => void, onMenu: () => void) {
    this.#marks = MARKS.map((degrees) =>
      element('span', { class: LETTERS[degrees] ? 'mark letter' : 'mark', text: LETTERS[degrees] ?? '' }),
    );
    this.#compass = element('div', { id: 'hud-compass', attributes: { role: 'img' } }, this.#marks);
    this.#sound = button('', 'quiet', onSound);
    this.#sound.id = 'hud-sound';
    const menu = button('Menu', 'quiet', onMenu);
    menu.id = 'hud-menu';
    this.root = element('section', { id: 'hud', attributes: { 'aria-label': 'Game' } }, [
      element('div', { class: 'corner top left' }, [element('div', {}, [this.#level, this.#floor]), this.#clock]),
      this.#compass,
      element('div', { class: 'corner top right' }, [this.#ranking]),
      element('div', { class: 'corner bottom left' }, [
        element('div', {}, [element('span', { class: 'quiet-text', text: 'Points' }), this.#points, this.#place]),
        element('div', {}, [element('span', { class: 'ball', attributes: { 'aria-hidden': 'true' } }), this.#clews]),
      ]),
      element('div', { class: 'corner bottom right' }, [this.#ping, this.#sound, menu]),
      element('div', { class: 'middle' }, [this.#news, this.#hint, this.#mouse]),
      element('div', { class: 'crosshair', attributes: { 'aria-hidden': 'true' } }),
    ]);
    this.root.hidden = true;
  }

  show(sample: MatchSample, heading: number, hint: string | undefined, pointerIsFree: boolean): void {
    this.root.hidden = false;
    const { own } = sample;
    say(this.#level, `Level ${sample.level}/${sample.levels}`);
    const floor = Math.floor(own.z / 1_024) + 1;
    say(this.#floor, sample.layout.floors > 1 ? `floor ${floor} of ${sample.layout.floors}` : '');
    const timed = sample.phase === Phase.CLIMBING || sample.phase === Phase.STARTING;
    say(this.#clock, timed ? clock(sample.phaseEndsInMs) : '');
    this.#clock.classList.toggle(
      'hurry',
      sample.phase === Phase.CLIMBING && (sample.phaseEndsInMs ?? Infinity) < HURRY_MS,
    );
    say(this.#points, `${own.points}`);
    say(this.#clews, counted(own.clews, 'clew'));
    const rank = sample.ranking.find((one) => one.seat === sample.seat);
    const isKnown = rank !== undefined && sample.isRankingWhole;
    say(this.#place, isKnown ? `${ordinal(rank.place)} of ${sample.ranking.length}` : '');
    if (this.#rankingShown !== sample.ranking) {
      this.#rankingShown = sample.ranking;
      const arrivals = new Map(
        sample.others.filter((one) => one.flags & FLAG_OUT).map((one) => [one.seat, one.arrival]),
      );
      if (own.flags & FLAG_OUT) arrivals.set(sample.seat, own.arrival);
      this.#ranking.replaceChildren(rankingTable(rankingRows(sample.ranking, sample.seat, 8, arrivals), false));
    }
    const silent = sample.silentMs > SILENT_MS;
    say(this.#ping, silent ? 'no answer…' : sample.pingMs === undefined ? '' : `${Math.round(sample.pingMs)} ms`);
    this.#ping.classList.toggle('trouble', silent || (sample.pingMs ?? 0) > 250);
    say(this.#hint, hint ?? '');
    this.#mouse.hidden = !pointerIsFree;
    this.#turn(heading);
  }

  hide(): void {
    this.root.hidden = true;
    this.#rankingShown = undefined;
  }

  set hasSound(on: boolean) {
    say(this.#sound, on ? 'Sound on (M)' : 'Sound off (M)');
    this.#sound.setAttribute('aria-pressed', String(on));
  }

  /** Something that just happened; gone after a few seconds. */
  tell(news: string): void {
    say(this.#news, news);
    this.#news.classList.add('fresh');
    clearTimeout(this.#newsTimer);
    this.#newsTimer = setTimeout(() => {
      this.#news.classList.remove('fresh');
      say(this.#news, '');
    }, 4_000);
  }

  #turn(heading: number): void {
    const bearing = bearingOf(heading);
    this.#compass.setAttribute('aria-label', `Facing ${pointOf(bearing)}`);
    this.#marks.forEach((mark, index) => {
      const at = onStrip(MARKS[index] as number, bearing, COMPASS_SPAN);
      mark.hidden = Math.abs(at) > 1;
      if (mark.hidden) return;
      mark.style.left = `${50 + at * 50}%`;
      mark.style.opacity = `${1 - Math.abs(at) ** 2}`;
    });
  }
}
