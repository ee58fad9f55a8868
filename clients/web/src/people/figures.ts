/** All other players, drawn at once: each with its colour, its gait and its lamp. */
import { FLAG_BOT, FLAG_DETACHED, FLAG_LADDER, FLAG_OUT } from '@clew/maze';
import {
  BufferAttribute,
  type Camera,
  DoubleSide,
  DynamicDrawUsage,
  Frustum,
  Group,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Matrix4,
  Mesh,
  ShaderMaterial,
  Sphere,
} from 'three';
import type { Light } from '../labyrinth/light.ts';
import { DEVELOP_GLSL, LIGHT_GLSL } from '../labyrinth/light-glsl.ts';
import { placeOf, yawOf } from '../labyrinth/measures.ts';
import { bodyGeometry } from './body.ts';
import { lightOf } from './colours.ts';

/** As many as are drawn at most; those beyond (a match of so many has no names either) are not. */
export const FIGURES_MAX = 64;

/** Where somebody is and what he does. */
export interface Person {
  readonly seat: number;
  /** Units of the rules. */
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly heading: number;
  readonly flags: number;
  /** Units per second. */
  readonly speed: number;
}

const VERTEX = /* glsl */ `
attribute float limb;
attribute float cloth;
attribute vec4 stand; // place and yaw
attribute vec4 gait; // phase, stride 0 to 1, on a ladder, bot
attribute vec4 dress; // colour, and 1 when nobody is there
varying vec3 vPlace;
varying vec3 vNormal;
varying vec3 vColour;
varying float vGlow;
varying float vAbsent;

mat2 turn(float angle) { return mat2(cos(angle), sin(angle), -sin(angle), cos(angle)); }

void bend(inout vec3 at, inout vec3 out_, vec3 joint, float angle) {
  mat2 by = turn(angle);
  at -= joint;
  at.yz = by * at.yz;
  out_.yz = by * out_.yz;
  at += joint;
}

void main() {
  vec3 at = position;
  vec3 out_ = normal;
  float phase = gait.x;
  float stride = gait.y;
  float ladder = gait.z;
  float swing = sin(phase) * stride;
  float idle = sin(phase * 0.35 + stand.x) * (1.0 - stride);
  if (limb == 1.0) bend(at, out_, vec3(0.0, 0.235, 0.0), swing * 0.75 + ladder * (0.5 + 0.4 * sin(phase)));
  if (limb == 2.0) bend(at, out_, vec3(0.0, 0.235, 0.0), -swing * 0.75 + ladder * (0.5 - 0.4 * sin(phase)));
  if (limb == 3.0) bend(at, out_, vec3(0.0, 0.435, 0.0), mix(-swing * 0.6, 2.4 + 0.4 * sin(phase), ladder));
  if (limb == 4.0) bend(at, out_, vec3(0.0, 0.435, 0.0), mix(0.95 + swing * 0.12 + idle * 0.03, 2.4 - 0.4 * sin(phase), ladder));
  if (limb == 5.0 || limb == 6.0) {
    at.y += idle * 0.002;
    if (dress.w > 0.5) bend(at, out_, vec3(0.0, 0.48, 0.0), -0.55);
  }
  if (limb == 6.0 && gait.w < 0.5) at = vec3(0.0, 0.53, 0.0);
  if (limb == 7.0) {
    float low = clamp((0.47 - at.y) / 0.38, 0.0, 1.0);
    at.z += low * low * (stride * 0.07 + 0.018 * sin(phase * 2.0 + at.x * 9.0) * stride + idle * 0.006);
    at.x += low * swing * 0.02;
  }
  at.y += abs(cos(phase)) * 0.016 * stride;
  if (limb != 1.0 && limb != 2.0) {
    bend(at, out_, vec3(0.0, 0.24, 0.0), -stride * 0.1);
    at.x += sin(phase) * 0.006 * stride;
  }
  mat2 yaw = mat2(cos(stand.w), -sin(stand.w), sin(stand.w), cos(stand.w));
  at.xz = yaw * at.xz;
  out_.xz = yaw * out_.xz;
  vPlace = stand.xyz + at;
  vNormal = out_;
  vAbsent = dress.w;
  vGlow = 0.0;
  vec3 seat = dress.rgb;
  if (cloth == 0.0) vColour = seat * 0.44;
  else if (cloth == 1.0) vColour = mix(vec3(0.045, 0.04, 0.05), seat, 0.16);
  else if (cloth == 2.0) vColour = gait.w > 0.5 ? vec3(0.3, 0.19, 0.08) : vec3(0.5, 0.29, 0.18);
  else if (cloth == 3.0) vColour = vec3(0.42, 0.27, 0.1);
  else if (cloth == 4.0) { vColour = limb == 6.0 ? vec3(0.5, 0.42, 0.3) : vec3(1.0, 0.66, 0.28); vGlow = limb == 6.0 ? 0.0 : 1.0; }
  else if (cloth == 5.0) { vColour = gait.w > 0.5 ? vec3(1.0, 0.35, 0.1) : vec3(0.02); vGlow = gait.w > 0.5 ? 0.8 : 0.0; }
  else vColour = vec3(0.12, 0.06, 0.03);
  gl_Position = projectionMatrix * viewMatrix * vec4(vPlace, 1.0);
}
`;

const FRAGMENT = /* glsl */ `
precision highp sampler2DArray;
varying vec3 vPlace;
varying vec3 vNormal;
varying vec3 vColour;
varying float vGlow;
varying float vAbsent;
${LIGHT_GLSL}${DEVELOP_GLSL}
void main() {
  // Whoever lost the connection is a shade: half of it is not there.
  if (vAbsent > 0.5 && mod(floor(gl_FragCoord.x) + floor(gl_FragCoord.y), 2.0) < 1.0) discard;
  vec3 normal = normalize(vNormal) * (gl_FrontFacing ? 1.0 : -1.0);
  vec3 colour = mix(vColour, vec3(dot(vColour, vec3(0.33))), vAbsent * 0.7);
  vec3 lit = lightAt(vPlace, vec3(0.0), normal, colour, 0.08);
  vec3 toEye = normalize(cameraPosition - vPlace);
  float rim = pow(1.0 - max(0.0, dot(normal, toEye)), 3.0);
  // A little light of their own, so that a figure is never lost in the dark.
  lit += colour * (0.07 + rim * 0.4) * (1.0 - vAbsent);
  lit = mix(lit, vColour * 2.4 * unrest.x, vGlow * (1.0 - vAbsent));
  gl_FragColor = vec4(developed(lit, squared(vPlace - cameraPosition) * 0.72), 1.0);
}
`;

const SHADOW_VERTEX = /* glsl */ `
attribute vec4 stand;
attribute vec4 gait;
varying vec2 vAt;
varying float vDark;
void main() {
  vAt = position.xz;
  // On a ladder there is none.
  vDark = 0.85 * (1.0 - gait.z);
  gl_Position = projectionMatrix * viewMatrix * vec4(stand.xyz + vec3(position.x * 0.3, 0.012, position.z * 0.3), 1.0);
}
`;

const SHADOW_FRAGMENT = /* glsl */ `
varying vec2 vAt;
varying float vDark;
void main() {
  gl_FragColor = vec4(0.004, 0.003, 0.005, vDark * (1.0 - smoothstep(0.1, 1.0, length(vAt))));
}
`;

export class Figures implements Disposable {
  readonly group = new Group();
  readonly #bodies: Mesh<InstancedBufferGeometry, ShaderMaterial>;
  /** What ties them to the ground. */
  readonly #shadows: Mesh<InstancedBufferGeometry, ShaderMaterial>;
  readonly #seen = new Frustum();
  readonly #onto = new Matrix4();
  /** Around a whole figure. */
  readonly #reach = new Sphere(undefined, 0.4);
  readonly #stands = dynamic(4);
  readonly #gaits = dynamic(4);
  readonly #dresses = dynamic(4);
  /** Where each seat's gait is: at most FIGURES_MAX, by place in the list. */
  readonly #phases = new Float32Array(FIGURES_MAX);

  constructor(light: Light) {
    const body = bodyGeometry();
    const geometry = new InstancedBufferGeometry();
    geometry.setIndex(body.getIndex());
    for (const name of ['position', 'normal', 'limb', 'cloth']) geometry.setAttribute(name, body.getAttribute(name));
    geometry.setAttribute('stand', this.#stands);
    geometry.setAttribute('gait', this.#gaits);
    geometry.setAttribute('dress', this.#dresses);
    geometry.instanceCount = 0;
    this.#bodies = new Mesh(
      geometry,
      new ShaderMaterial({
        defines: light.defines,
        uniforms: light.uniforms,
        vertexShader: VERTEX,
        fragmentShader: FRAGMENT,
        side: DoubleSide,
      }),
    );
    // After the stone, which hides most of them.
    this.#bodies.renderOrder = 1;
    const ground = new InstancedBufferGeometry();
    ground.setAttribute('position', new BufferAttribute(new Float32Array([-1, 0, 1, 1, 0, 1, 1, 0, -1, -1, 0, -1]), 3));
    ground.setIndex([0, 1, 2, 0, 2, 3]);
    ground.setAttribute('stand', this.#stands);
    ground.setAttribute('gait', this.#gaits);
    this.#shadows = new Mesh(
      ground,
      new ShaderMaterial({
        vertexShader: SHADOW_VERTEX,
        fragmentShader: SHADOW_FRAGMENT,
        transparent: true,
        depthWrite: false,
      }),
    );
    for (const mesh of [this.#bodies, this.#shadows]) mesh.frustumCulled = false;
    this.group.add(this.#bodies, this.#shadows);
  }

  /** Draws those of these people whom the camera sees. `seconds` is the time since the last call. */
  show(people: readonly Person[], seconds: number, camera: Camera): void {
    this.#seen.setFromProjectionMatrix(this.#onto.multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse));
    let count = 0;
    for (const person of people) {
      if (person.flags & FLAG_OUT || count === FIGURES_MAX) continue;
      const { x, y, z } = placeOf(person);
      const climbs = (person.flags & FLAG_LADDER) !== 0;
      const stride = Math.min(1, person.speed / 2_200);
      const seat = person.seat % FIGURES_MAX;
      const pace = climbs ? 7 : 2.2 + stride * 9.5 + Math.max(0, person.speed - 2_200) * 0.0028;
      this.#phases[seat] = ((this.#phases[seat] as number) + pace * seconds) % (Math.PI * 40);
      this.#reach.center.set(x, y + this.#reach.radius, z);
      if (!this.#seen.intersectsSphere(this.#reach)) continue;
      this.#stands.setXYZW(count, x, y, z, yawOf(person.heading));
      this.#gaits.setXYZW(
        count,
        this.#phases[seat] as number,
        climbs ? 0 : stride,
        climbs ? 1 : 0,
        person.flags & FLAG_BOT ? 1 : 0,
      );
      this.#dresses.setXYZW(count, ...lightOf(person.seat), person.flags & FLAG_DETACHED ? 1 : 0);
      count++;
    }
    for (const mesh of [this.#bodies, this.#shadows]) mesh.geometry.instanceCount = count;
    this.group.visible = count > 0;
    for (const attribute of [this.#stands, this.#gaits, this.#dresses]) attribute.needsUpdate = true;
  }

  [Symbol.dispose](): void {
    for (const mesh of [this.#bodies, this.#shadows]) {
      mesh.geometry.dispose();
      mesh.material.dispose();
    }
  }
}

function dynamic(size: number): InstancedBufferAttribute {
  const attribute = new InstancedBufferAttribute(new Float32Array(FIGURES_MAX * size), size);
  attribute.setUsage(DynamicDrawUsage);
  return attribute;
}
