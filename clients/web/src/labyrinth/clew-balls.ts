/** The clews: glowing balls of red thread that float and turn, each with a shine on the flagstones below it. */
import type { Clew, Layout } from '@clew/maze';
import { centreOf } from '@clew/maze';
import {
  AdditiveBlending,
  BufferAttribute,
  Group,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Mesh,
  ShaderMaterial,
  SphereGeometry,
} from 'three';
import type { Light } from './light.ts';
import { DEVELOP_GLSL, LIGHT_GLSL } from './light-glsl.ts';
import { placeOf } from './measures.ts';

/** How high a ball floats, and its radius. */
const FLOAT = 0.34;
const RADIUS = 0.105;

const HOVER = /* glsl */ `
attribute vec3 root;
vec3 hover(float time) {
  return root + vec3(0.0, ${FLOAT} + sin(time * 1.7 + root.x * 5.0) * 0.025, 0.0);
}
`;

const BALL_VERTEX = /* glsl */ `
${HOVER}
uniform vec4 unrest;
varying vec3 vOut;
varying vec3 vBall;
varying vec3 vPlace;
void main() {
  float time = unrest.w;
  float turn = time * 0.9 + root.z;
  mat3 spin = mat3(cos(turn), 0.0, -sin(turn), 0.0, 1.0, 0.0, sin(turn), 0.0, cos(turn));
  float tip = 0.5 + sin(time * 0.4) * 0.3;
  mat3 lean = mat3(1.0, 0.0, 0.0, 0.0, cos(tip), sin(tip), 0.0, -sin(tip), cos(tip));
  vBall = position;
  vOut = spin * lean * position;
  vPlace = hover(time) + vOut * ${RADIUS};
  gl_Position = projectionMatrix * viewMatrix * vec4(vPlace, 1.0);
}
`;

const BALL_FRAGMENT = /* glsl */ `
precision highp sampler2DArray;
varying vec3 vOut;
varying vec3 vBall;
varying vec3 vPlace;
${LIGHT_GLSL}${DEVELOP_GLSL}
void main() {
  vec3 ball = normalize(vBall);
  // Windings around several axes; the one whose band crosses here last lies on top.
  vec3 axes[5] = vec3[5](vec3(0.0, 1.0, 0.0), vec3(0.86, 0.5, 0.1), vec3(-0.55, 0.5, 0.67), vec3(-0.3, 0.45, -0.84), vec3(0.7, -0.4, 0.6));
  float strand = 0.0;
  float shade = 0.55;
  for (int i = 0; i < 5; i++) {
    float along = dot(ball, normalize(axes[i]));
    float width = 0.36 - float(i) * 0.03;
    if (abs(along) < width) {
      strand = sin(along * 58.0);
      shade = 0.62 + 0.38 * (1.0 - smoothstep(width - 0.06, width, abs(along)));
    }
  }
  vec3 normal = normalize(vOut);
  vec3 toEye = normalize(cameraPosition - vPlace);
  float rim = pow(1.0 - max(0.0, dot(normal, toEye)), 2.0);
  float thread = 0.35 + 0.65 * smoothstep(-0.9, 0.6, strand);
  float pulse = 0.9 + 0.1 * sin(unrest.w * 2.3);
  vec3 red = mix(vec3(0.24, 0.008, 0.012), vec3(0.85, 0.07, 0.05), thread) * shade;
  vec3 colour = red * (0.75 + 0.5 * max(0.0, normal.y)) * pulse + vec3(1.0, 0.3, 0.14) * rim * 0.4 + vec3(1.0, 0.35, 0.2) * pow(thread, 6.0) * 0.1;
  gl_FragColor = vec4(developed(colour, squared(vPlace - cameraPosition) * 0.5), 1.0);
}
`;

const SHINE_VERTEX = /* glsl */ `
${HOVER}
uniform vec4 unrest;
uniform float fogDensity;
varying vec2 vAt;
varying float vClear;
void main() {
  vAt = position.xy;
  vec3 middle = hover(unrest.w);
  float away = distance(middle, cameraPosition);
  vClear = exp(-away * away * fogDensity * fogDensity * 0.5);
  vec3 place;
  if (position.z > 0.5) {
    // On the floor.
    place = root + vec3(position.x * 0.48, 0.012, position.y * 0.48);
    vClear *= 0.65;
  } else {
    vec3 ahead = normalize(cameraPosition - middle);
    vec3 side = normalize(cross(vec3(0.0, 1.0, 0.0), ahead));
    place = middle + side * position.x * 0.46 + cross(ahead, side) * position.y * 0.46 - ahead * 0.13;
  }
  gl_Position = projectionMatrix * viewMatrix * vec4(place, 1.0);
}
`;

const SHINE_FRAGMENT = /* glsl */ `
varying vec2 vAt;
varying float vClear;
void main() {
  float around = length(vAt);
  float shine = exp(-around * around * 4.5) * (1.0 - smoothstep(0.6, 1.0, around));
  gl_FragColor = vec4(vec3(1.0, 0.2, 0.1) * shine * 0.6 * vClear, 1.0);
}
`;

export class ClewBalls implements Disposable {
  readonly group = new Group();
  readonly #balls: Mesh<InstancedBufferGeometry, ShaderMaterial>;
  readonly #shines: Mesh<InstancedBufferGeometry, ShaderMaterial>;

  constructor(light: Light) {
    const sphere = new SphereGeometry(1, 20, 14);
    const ball = new InstancedBufferGeometry();
    ball.setAttribute('position', sphere.getAttribute('position'));
    ball.setIndex(sphere.getIndex());
    this.#balls = new Mesh(
      ball,
      new ShaderMaterial({
        defines: light.defines,
        uniforms: light.uniforms,
        vertexShader: BALL_VERTEX,
        fragmentShader: BALL_FRAGMENT,
      }),
    );
    const faces = new InstancedBufferGeometry();
    const corners = [-1, -1, 1, -1, 1, 1, -1, 1];
    const places: number[] = [];
    for (const kind of [0, 1])
      for (let i = 0; i < 4; i++) places.push(corners[i * 2] as number, corners[i * 2 + 1] as number, kind);
    faces.setAttribute('position', new BufferAttribute(new Float32Array(places), 3));
    faces.setIndex([0, 1, 2, 0, 2, 3, 4, 6, 5, 4, 7, 6]);
    this.#shines = new Mesh(
      faces,
      new ShaderMaterial({
        defines: light.defines,
        uniforms: light.uniforms,
        vertexShader: SHINE_VERTEX,
        fragmentShader: SHINE_FRAGMENT,
        blending: AdditiveBlending,
        transparent: true,
        depthWrite: false,
      }),
    );
    this.#shines.renderOrder = 5;
    for (const mesh of [this.#balls, this.#shines]) mesh.frustumCulled = false;
    this.group.add(this.#balls, this.#shines);
    this.lay([], undefined);
  }

  lay(clews: readonly Clew[], layout: Layout | undefined): void {
    const roots = new Float32Array(Math.max(1, clews.length) * 3);
    if (layout !== undefined) {
      clews.forEach((clew, index) => {
        const { x, y, z } = placeOf(centreOf(layout, clew.cell));
        roots.set([x, y, z], index * 3);
      });
    }
    for (const mesh of [this.#balls, this.#shines]) {
      mesh.geometry.setAttribute('root', new InstancedBufferAttribute(roots, 3));
      mesh.geometry.instanceCount = clews.length;
      mesh.visible = clews.length > 0;
    }
  }

  [Symbol.dispose](): void {
    for (const mesh of [this.#balls, this.#shines]) {
      mesh.geometry.dispose();
      mesh.material.dispose();
    }
  }
}
