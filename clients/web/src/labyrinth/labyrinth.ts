/** One level as a place: stone, flames, sky, dust, the exit's gate, clews and the thread. */
import type { Clew, Glow, Layout } from '@clew/maze';
import { Group, Mesh } from 'three';
import { ClewBalls } from './clew-balls.ts';
import { Dust } from './dust.ts';
import { fixturesOf } from './fixtures.ts';
import { Flames } from './flames.ts';
import { GateGlow } from './gate-glow.ts';
import type { Light } from './light.ts';
import { lightMapOf } from './light-map.ts';
import { masonryOf } from './masonry.ts';
import { ShaftLight } from './shaft-light.ts';
import { Sky } from './sky.ts';
import { Stone } from './stone.ts';
import { Thread } from './thread.ts';

export interface LabyrinthOptions {
  /** Side of a stone surface's picture in pixels, a power of two. */
  readonly surfaceSize: number;
  readonly motes: number;
  /** Leave out what a software renderer cannot afford. */
  readonly plain: boolean;
  /** Little motion, for those who asked for it. */
  readonly steady: boolean;
}

export class Labyrinth implements Disposable {
  readonly group = new Group();
  readonly stone: Stone;
  readonly #light: Light;
  readonly #walls = new Group();
  readonly #flames: Flames;
  readonly #shafts: ShaftLight;
  readonly #sky: Sky;
  readonly #dust: Dust;
  readonly #gate: GateGlow;
  readonly #balls: ClewBalls;
  readonly #thread: Thread;
  #layout: Layout | undefined;
  #clews: readonly Clew[] | undefined;
  #glow: Glow | undefined;

  constructor(light: Light, options: LabyrinthOptions) {
    this.#light = light;
    this.stone = new Stone(light, options.surfaceSize, options.plain);
    this.#flames = new Flames(light);
    this.#shafts = new ShaftLight(light);
    this.#sky = new Sky(light);
    this.#dust = new Dust(light, options.motes, options.steady);
    this.#gate = new GateGlow(light);
    this.#balls = new ClewBalls(light);
    this.#thread = new Thread(light);
    this.group.add(
      this.#walls,
      this.#flames.mesh,
      this.#shafts.mesh,
      this.#sky.mesh,
      this.#dust.points,
      this.#gate.group,
      this.#balls.group,
      this.#thread.group,
    );
  }

  /** Shows a level; the same objects again cost nothing. */
  show(layout: Layout, clews: readonly Clew[], glow: Glow | undefined, glowEndsInMs: number): void {
    if (layout !== this.#layout) this.#build(layout);
    if (clews !== this.#clews) this.#balls.lay(clews, layout);
    if (glow !== this.#glow) this.#thread.spin(glow, layout);
    this.#thread.fade(glowEndsInMs);
    this.#clews = clews;
    this.#glow = glow;
  }

  #build(layout: Layout): void {
    this.#layout = layout;
    this.#clews = undefined;
    this.#glow = undefined;
    this.#thread.spin(undefined, layout);
    const fixtures = fixturesOf(layout);
    this.#light.show(lightMapOf(layout, fixtures));
    this.#tearDown();
    for (const block of masonryOf(layout, fixtures)) {
      const mesh = new Mesh(block.quads.geometry(), this.stone.material);
      mesh.position.set(block.x, block.y, block.z);
      mesh.updateMatrix();
      mesh.matrixAutoUpdate = false;
      this.#walls.add(mesh);
    }
    this.#flames.light(fixtures.torches);
    this.#shafts.fall(fixtures.ladders);
    this.#gate.stand(fixtures.gate);
  }

  #tearDown(): void {
    for (const mesh of [...this.#walls.children]) {
      this.#walls.remove(mesh);
      (mesh as Mesh).geometry.dispose();
    }
  }

  [Symbol.dispose](): void {
    this.#tearDown();
    for (const part of [
      this.stone,
      this.#flames,
      this.#shafts,
      this.#sky,
      this.#dust,
      this.#gate,
      this.#balls,
      this.#thread,
    ]) {
      part[Symbol.dispose]();
    }
  }
}
