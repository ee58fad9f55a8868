/**
 * A match without a server: the rules run in the page, bots sit on the other seats. For whoever works on how the game
 * looks; nothing of it is in the production build.
 */
import type { MatchSample } from '@clew/client';
import {
  type Beginning,
  createWorld,
  emptyRecord,
  FLAG_OUT,
  type Hands,
  ownView,
  ranking,
  step,
  TICK_MS,
  type View,
  view,
  type World,
} from '@clew/maze';

const OWN = 0;

export class Rehearsal {
  readonly world: World;
  readonly #id = `rehearsal-${Math.random()}`;
  #sequence = 0;
  #last: View;
  #next: View;
  #nextMs: number;
  #ranks: MatchSample['ranking'] = [];

  constructor(beginning: Beginning, nowMs: number) {
    this.world = createWorld(beginning);
    step(this.world, { ...emptyRecord, joins: [{ seat: OWN, displayName: 'Ariadne' }] });
    this.#last = view(this.world);
    this.#next = this.#last;
    this.#nextMs = nowMs;
  }

  /** Goes on to `nowMs` under these hands and shows that moment. */
  sample(nowMs: number, hands: Hands): MatchSample {
    if (nowMs - this.#nextMs > 1_000) this.#nextMs = nowMs;
    while (this.#nextMs <= nowMs) {
      this.#sequence++;
      const input = { ...hands, sequence: this.#sequence, tick: this.world.tick + 1 };
      step(this.world, { ...emptyRecord, inputs: [{ seat: OWN, ...input }] });
      this.#last = this.#next;
      this.#next = view(this.world);
      this.#nextMs += TICK_MS;
      const ranks = ranking(this.#next);
      const isNew = ranks.some(({ seat, points }, index) => {
        const before = this.#ranks[index];
        return before?.seat !== seat || before.points !== points;
      });
      if (isNew) this.#ranks = ranks;
    }
    const share = 1 - (this.#nextMs - nowMs) / TICK_MS;
    const bodies = this.#next.avatars.map((to) => {
      const from = this.#last.avatars.find((one) => one.seat === to.seat) ?? to;
      const jumps = Math.hypot(to.x - from.x, to.y - from.y) > 600;
      const at = (a: number, b: number): number => (jumps ? b : a + (b - a) * share);
      const turn = ((to.heading - from.heading + 98_304) % 65_536) - 32_768;
      return {
        ...to,
        x: at(from.x, to.x),
        y: at(from.y, to.y),
        z: at(from.z, to.z),
        heading: from.heading + turn * share,
        speed: jumps ? 0 : (Math.hypot(to.x - from.x, to.y - from.y) * 1_000) / TICK_MS,
      };
    });
    const { glow } = ownView(this.world, OWN);
    const { level, layout, clews, tick } = this.#next;
    const glowEndsInMs = Math.max(0, (glow.endTick - tick) * TICK_MS);
    return {
      matchId: this.#id,
      seat: OWN,
      tick,
      level: level.number,
      levels: level.levels,
      phase: level.phase,
      phaseEndsInMs: level.phaseEndTick === 0 ? undefined : Math.max(0, (level.phaseEndTick - tick) * TICK_MS),
      layout,
      clews,
      glow: glow.cells.length > 0 && glowEndsInMs > 0 ? glow : undefined,
      glowEndsInMs,
      own: bodies[OWN] as MatchSample['own'],
      others: bodies.slice(1).filter((one) => !(one.flags & FLAG_OUT)),
      ranking: this.#ranks,
      isRankingWhole: true,
      pingMs: 0,
      silentMs: 0,
    };
  }
}
