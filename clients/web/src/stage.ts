/**
 * Where everything is drawn: renderer, camera, the frame loop with its adaptive fineness.
 *
 * One frame: the listener says where the eye is and what stands around, then it is drawn. While the page is hidden
 * nothing is.
 */
import { PerspectiveCamera, Scene, WebGLRenderer } from 'three';
import { Labyrinth } from './labyrinth/labyrinth.ts';
import { Light } from './labyrinth/light.ts';
import { Figures } from './people/figures.ts';
import { NamePlates } from './people/name-plates.ts';
import { afterFrame, type Quality, startingQuality } from './quality.ts';

/** How much of the world is seen from top to bottom, in degrees. */
const FIELD = 60;
/** Cells: what is further away, fog has swallowed. Mazes are up to 64 cells wide, and to draw them whole costs the most. */
const SIGHT = 28;
/** Milliseconds from frame to frame that a software renderer keeps at least, so that others get the processor too. */
const SOFTWARE_FRAME_MS = 40;
/** The longest that it rests between two frames. */
const SOFTWARE_REST_MS = 120;

export interface StageOptions {
  /** Little motion, for those who asked for it. */
  readonly steady: boolean;
  /** Always this many pixels drawn per CSS pixel, instead of as many as are fluent. */
  readonly fineness?: number | undefined;
  /** Tell faults of shaders: for whoever works on them. */
  readonly checksShaders?: boolean;
}

export class Stage {
  readonly canvas: HTMLCanvasElement;
  readonly camera = new PerspectiveCamera(FIELD, 1, 0.02, SIGHT);
  readonly light: Light;
  readonly labyrinth: Labyrinth;
  readonly figures: Figures;
  readonly names = new NamePlates();
  readonly isSoftware: boolean;
  readonly #renderer: WebGLRenderer;
  readonly #scene = new Scene();
  #quality: Quality;
  #width = 0;
  #height = 0;

  readonly #steady: boolean;
  readonly #isFixed: boolean;

  constructor(canvas: HTMLCanvasElement, options: StageOptions) {
    this.canvas = canvas;
    this.#steady = options.steady;
    this.#renderer = new WebGLRenderer({ canvas, antialias: false, powerPreference: 'high-performance' });
    this.#renderer.setClearColor(0x02030a);
    this.isSoftware = isSoftware(this.#renderer.getContext());
    this.#quality = startingQuality(this.isSoftware, window.devicePixelRatio);
    if (options.fineness) this.#quality = { ...this.#quality, fineness: options.fineness };
    this.#isFixed = options.fineness !== undefined;
    // Whoever asks for a fineness wants to see everything.
    const plain = this.isSoftware && !this.#isFixed;
    this.light = new Light(plain);
    this.labyrinth = new Labyrinth(this.light, {
      surfaceSize: plain ? 256 : 512,
      motes: plain ? 120 : 420,
      plain,
      steady: options.steady,
    });
    this.figures = new Figures(this.light);
    this.#scene.add(this.labyrinth.group, this.figures.group, this.names.group);
    this.camera.rotation.order = 'YXZ';
    // To ask for faults is to wait for the compiler.
    this.#renderer.debug.checkShaderErrors = options.checksShaders ?? false;
    // Now rather than when the first clew, figure or thread is met.
    this.#renderer.compile(this.#scene, this.camera);
    const paint = (): void => {
      if (this.labyrinth.stone.paintNext()) setTimeout(paint, 0);
    };
    paint();
  }

  get fineness(): number {
    return this.#quality.fineness;
  }

  /** Calls `prepare` before each frame, with the clock and the seconds since the last frame, and draws. */
  run(prepare: (nowMs: number, seconds: number) => void): void {
    let drawnMs = performance.now();
    let restMs = 0;
    const frame = (nowMs: number): void => {
      const sinceMs = nowMs - drawnMs;
      drawnMs = nowMs;
      if (!this.#isFixed) this.#quality = afterFrame(this.#quality, sinceMs - restMs);
      this.#fit();
      prepare(nowMs, Math.min(0.1, Math.max(0, sinceMs / 1_000)));
      this.light.burn(nowMs / 1_000, this.#steady);
      this.#renderer.render(this.#scene, this.camera);
      if (!this.isSoftware) {
        requestAnimationFrame(frame);
        return;
      }
      // A software renderer may hold the page until the picture is made: then the page rests for as long, so that
      // what comes from the network and the keyboard is not late.
      setTimeout(() => {
        const busyMs = performance.now() - nowMs;
        restMs = Math.min(SOFTWARE_REST_MS, Math.max(SOFTWARE_FRAME_MS - busyMs, busyMs));
        setTimeout(() => requestAnimationFrame(frame), restMs);
      }, 0);
    };
    requestAnimationFrame(frame);
  }

  #fit(): void {
    const canvas = this.#renderer.domElement;
    const width = Math.max(1, Math.round(canvas.clientWidth * this.#quality.fineness));
    const height = Math.max(1, Math.round(canvas.clientHeight * this.#quality.fineness));
    if (width === this.#width && height === this.#height) return;
    this.#width = width;
    this.#height = height;
    this.#renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    // Wide windows see more to the sides, tall ones more up and down; never less than this.
    this.camera.fov = this.camera.aspect > 1 ? FIELD : Math.min(100, FIELD / this.camera.aspect ** 0.6);
    this.camera.updateProjectionMatrix();
    this.light.uniforms.viewSize.value.set(width, height);
  }
}

/** Whether pictures are made by the processor: then each pixel is dear. */
function isSoftware(gl: WebGLRenderingContext | WebGL2RenderingContext): boolean {
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const name = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  return /swiftshader|llvmpipe|software|basic render/i.test(name);
}
