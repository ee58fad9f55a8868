/** What is seen while nobody plays: a maze of its own, slowly walked through. */
import { generateMaze, type Layout, type Maze } from '@clew/maze';
import { EYE } from '../labyrinth/measures.ts';
import type { Stage } from '../stage.ts';
import { Flight } from './flight.ts';

/** A maze that looks well from its first moment on. */
const SEED = 5;

export class Backdrop {
  readonly #maze: Maze = generateMaze(SEED, 2);
  readonly #flight = new Flight(this.#maze.layout, this.#maze.starts[0] ?? 0);
  readonly #stage: Stage;
  readonly #steady: boolean;
  #seconds = 0;

  constructor(stage: Stage, steady: boolean) {
    this.#stage = stage;
    this.#steady = steady;
  }

  get layout(): Layout {
    return this.#maze.layout;
  }

  show(seconds: number): void {
    const { labyrinth, camera } = this.#stage;
    labyrinth.show(this.#maze.layout, this.#maze.clews, undefined, 0);
    if (!this.#steady) this.#seconds += seconds;
    const gaze = this.#flight.at(this.#seconds);
    camera.position.set(gaze.x, gaze.y + EYE, gaze.z);
    camera.rotation.set(0.05, gaze.yaw, 0);
  }
}
