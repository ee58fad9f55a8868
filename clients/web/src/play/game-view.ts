/** Shows a match: the place, the people, the own eye, and what the HUD and the board say about it. */
import type { MatchSample } from '@clew/client';
import { FLAG_BOT, FLAG_OUT, Phase } from '@clew/maze';
import { EYE, placeOf, yawOf } from '../labyrinth/measures.ts';
import type { Board } from '../screens/board.ts';
import type { Hud } from '../screens/hud.ts';
import type { Stage } from '../stage.ts';
import type { Controls } from './controls.ts';
import { hintFor } from './telling.ts';
import type { Traveller } from './traveller.ts';

export interface GameParts {
  readonly stage: Stage;
  readonly controls: Controls;
  readonly hud: Hud;
  readonly board: Board;
  readonly traveller: Traveller;
}

export class GameView {
  readonly #parts: GameParts;
  #matchId = '';

  constructor(parts: GameParts) {
    this.#parts = parts;
  }

  /** Draws a moment of a match. `covered`: something stands before it that wants the pointer. */
  show(sample: MatchSample, seconds: number, covered: boolean): void {
    const { stage, controls, hud, board, traveller } = this.#parts;
    const { own } = sample;
    if (sample.matchId !== this.#matchId) {
      this.#matchId = sample.matchId;
      stage.names.clear();
    }
    traveller.feel(sample, seconds);
    stage.labyrinth.show(sample.layout, sample.clews, sample.glow, sample.glowEndsInMs);
    const eye = placeOf(own);
    // While a bot plays on for an idle player, it looks for him too.
    const heading = own.flags & FLAG_BOT ? own.heading : controls.heading;
    stage.camera.position.set(eye.x, eye.y + EYE + traveller.bob, eye.z);
    stage.camera.rotation.set(controls.pitch, yawOf(heading), traveller.sway);
    stage.camera.updateMatrixWorld();
    stage.figures.show(sample.others, seconds, stage.camera);
    stage.names.show(sample.others, stage.camera.position);
    const playing = sample.phase === Phase.STARTING || sample.phase === Phase.CLIMBING;
    const hint = hintFor({
      phase: sample.phase,
      flags: own.flags,
      layout: sample.layout,
      x: own.x,
      y: own.y,
      z: own.z,
      glows: sample.glow !== undefined,
      seconds: traveller.seconds,
    });
    const waits =
      own.flags & FLAG_OUT && playing ? 'You are out. The level ends when all are, or with the time.' : hint;
    hud.show(sample, heading, waits, playing && !covered && !controls.isLocked);
    if (sample.phase === Phase.SCORING) {
      board.showLevel(sample.level, sample.levels, sample.ranking, sample.seat, sample.phaseEndsInMs);
    } else if (sample.phase === Phase.FINISHED) {
      board.showEnd(sample.ranking, sample.seat, false);
    } else {
      board.hide();
    }
  }

  /** The match is left. */
  hide(): void {
    const { stage, hud, traveller } = this.#parts;
    this.#matchId = '';
    hud.hide();
    traveller.rest();
    stage.figures.show([], 0, stage.camera);
    stage.names.clear();
  }
}
