/** Ariadne's thread: the way to the exit that a clew shows, as a red thread with light running along it. */
import { centreOf, type Glow, type Layout } from '@clew/maze';
import {
  AdditiveBlending,
  BufferAttribute,
  BufferGeometry,
  CatmullRomCurve3,
  DoubleSide,
  Group,
  Mesh,
  ShaderMaterial,
  TubeGeometry,
  Vector3,
} from 'three';
import type { Light } from './light.ts';
import { placeOf } from './measures.ts';

/** How far above the flagstones the thread hovers. */
const HOVER = 0.1;

const VERTEX = /* glsl */ `
varying vec2 vAt;
varying float vAway;
uniform float span;
void main() {
  vAt = uv * vec2(span, 1.0);
  vAway = distance((modelMatrix * vec4(position, 1.0)).xyz, cameraPosition);
  gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
}
`;

const THREAD_FRAGMENT = /* glsl */ `
uniform vec4 unrest;
uniform float fade;
varying vec2 vAt;
varying float vAway;
void main() {
  float twist = 0.6 + 0.4 * sin(vAt.x * 90.0 + vAt.y * 12.57);
  float pulse = pow(0.5 + 0.5 * sin(vAt.x * 3.1 - unrest.w * 7.0), 6.0);
  vec3 colour = mix(vec3(0.75, 0.04, 0.035), vec3(1.0, 0.62, 0.35), pulse) * (twist + pulse);
  gl_FragColor = vec4(colour * exp(-vAway * 0.06), fade);
}
`;

const SHINE_FRAGMENT = /* glsl */ `
uniform vec4 unrest;
uniform float fade;
varying vec2 vAt;
varying float vAway;
void main() {
  float across = abs(vAt.y - 0.5) * 2.0;
  float pulse = pow(0.5 + 0.5 * sin(vAt.x * 3.1 - unrest.w * 7.0), 4.0);
  float shine = exp(-across * across * 5.0) * (1.0 - across);
  gl_FragColor = vec4(vec3(1.0, 0.14, 0.08) * shine * (0.22 + pulse * 0.5) * fade * exp(-vAway * 0.09), 1.0);
}
`;

export class Thread implements Disposable {
  readonly group = new Group();
  readonly #thread: Mesh<BufferGeometry, ShaderMaterial>;
  readonly #shine: Mesh<BufferGeometry, ShaderMaterial>;
  readonly #fade = { value: 1 };
  readonly #span = { value: 1 };

  constructor(light: Light) {
    const uniforms = { ...light.uniforms, fade: this.#fade, span: this.#span };
    this.#thread = new Mesh(
      new BufferGeometry(),
      new ShaderMaterial({
        defines: light.defines,
        uniforms,
        vertexShader: VERTEX,
        fragmentShader: THREAD_FRAGMENT,
        transparent: true,
      }),
    );
    this.#shine = new Mesh(
      new BufferGeometry(),
      new ShaderMaterial({
        defines: light.defines,
        uniforms,
        vertexShader: VERTEX,
        fragmentShader: SHINE_FRAGMENT,
        blending: AdditiveBlending,
        transparent: true,
        depthWrite: false,
        side: DoubleSide,
      }),
    );
    this.#shine.renderOrder = 3;
    this.#thread.renderOrder = 4;
    this.group.add(this.#shine, this.#thread);
    this.group.visible = false;
  }

  /** Spins the thread along a way; undefined takes it away. */
  spin(glow: Glow | undefined, layout: Layout): void {
    this.group.visible = glow !== undefined && glow.cells.length > 1;
    if (glow === undefined || !this.group.visible) return;
    const points = glow.cells.map((cell) => {
      const { x, y, z } = placeOf(centreOf(layout, cell));
      return new Vector3(x, y + HOVER, z);
    });
    const curve = new CatmullRomCurve3(points, false, 'catmullrom', 0.35);
    const steps = Math.min(2_400, points.length * 8);
    this.#span.value = points.length;
    this.#thread.geometry.dispose();
    this.#thread.geometry = new TubeGeometry(curve, steps, 0.0095, 5, false);
    this.#shine.geometry.dispose();
    this.#shine.geometry = ribbon(curve, steps, 0.17);
  }

  /** It goes out softly. */
  fade(endsInMs: number): void {
    this.#fade.value = Math.min(1, endsInMs / 800);
  }

  [Symbol.dispose](): void {
    for (const mesh of [this.#thread, this.#shine]) {
      mesh.geometry.dispose();
      mesh.material.dispose();
    }
  }
}

/** A band along a curve that lies on the floor; where the curve rises it stands. */
function ribbon(curve: CatmullRomCurve3, steps: number, half: number): BufferGeometry {
  const places = new Float32Array((steps + 1) * 6);
  const patches = new Float32Array((steps + 1) * 4);
  const corners: number[] = [];
  const side = new Vector3(1, 0, 0);
  for (let step = 0; step <= steps; step++) {
    const at = curve.getPoint(step / steps);
    const way = curve.getTangent(step / steps);
    const level = new Vector3(-way.z, 0, way.x);
    if (level.lengthSq() > 0.05) side.copy(level.normalize());
    const low = Math.abs(way.y) < 0.5 ? -HOVER + 0.015 : 0;
    places.set(
      [at.x - side.x * half, at.y + low, at.z - side.z * half, at.x + side.x * half, at.y + low, at.z + side.z * half],
      step * 6,
    );
    patches.set([step / steps, 0, step / steps, 1], step * 4);
    if (step < steps) corners.push(step * 2, step * 2 + 1, step * 2 + 2, step * 2 + 1, step * 2 + 3, step * 2 + 2);
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(places, 3));
  geometry.setAttribute('uv', new BufferAttribute(patches, 2));
  geometry.setIndex(corners);
  return geometry;
}
