/** The flames of the torches and their haze: one face per torch that turns towards the eye. */
import {
  AdditiveBlending,
  BufferAttribute,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Mesh,
  ShaderMaterial,
} from 'three';
import type { Torch } from './fixtures.ts';
import { grain } from './grain.ts';
import type { Light } from './light.ts';
import { STOREY } from './measures.ts';

/** How far above its floor a torch's flame begins. */
const BOWL = 0.6;

const VERTEX = /* glsl */ `
attribute vec3 root;
attribute float mood;
uniform float fogDensity;
varying vec2 vAt;
varying float vMood;
varying float vClear;
void main() {
  vec3 toEye = cameraPosition - root;
  float away = length(toEye);
  vec3 ahead = normalize(vec3(toEye.x, 0.0, toEye.z));
  vec3 side = vec3(ahead.z, 0.0, -ahead.x);
  vAt = position.xy;
  vMood = mood;
  vClear = exp(-away * away * fogDensity * fogDensity * 0.6);
  vec3 place = root + side * position.x * 0.42 + vec3(0.0, position.y * 0.42 + 0.1, 0.0) + ahead * 0.06;
  gl_Position = projectionMatrix * viewMatrix * vec4(place, 1.0);
  // What the fog swallows is not worth a pixel.
  if (vClear < 0.02) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
}
`;

const FRAGMENT = /* glsl */ `
uniform vec4 unrest;
varying vec2 vAt;
varying float vMood;
varying float vClear;
float chance(vec2 at) { return fract(sin(dot(at, vec2(41.3, 289.1))) * 43758.5); }
float noise(vec2 at) {
  vec2 cell = floor(at);
  vec2 f = fract(at);
  f = f * f * (3.0 - 2.0 * f);
  return mix(mix(chance(cell), chance(cell + vec2(1, 0)), f.x), mix(chance(cell + vec2(0, 1)), chance(cell + vec2(1, 1)), f.x), f.y);
}
void main() {
  float flare = mix(unrest.x, unrest.y, step(0.5, fract(vMood * 7.0)));
  float around = length(vAt * vec2(1.0, 0.9));
  float haze = exp(-around * around * 5.0) * (1.0 - smoothstep(0.6, 1.0, around));
  vec3 colour = vec3(1.0, 0.42, 0.1) * haze * 0.34 * flare;
  // The flame itself: from the bowl upwards.
  vec2 at = vec2(vAt.x * 0.42, vAt.y * 0.42 + 0.1);
  float time = unrest.w + vMood * 40.0;
  float rise = at.y / 0.24;
  if (rise > -0.1 && rise < 1.25) {
    float sway = (noise(vec2(at.y * 9.0 - time * 2.6, vMood * 9.0)) - 0.5) * 0.05 * rise;
    float tongue = noise(vec2(at.x * 34.0, at.y * 15.0 - time * 3.4)) * 0.6 + noise(vec2(at.x * 60.0, at.y * 30.0 - time * 5.6)) * 0.4;
    float width = 0.05 * sqrt(clamp(rise + 0.1, 0.0, 1.0)) * (1.12 - rise) * 1.7;
    float inside = 1.0 - abs(at.x + sway) / max(width, 0.001);
    float fire = smoothstep(0.0, 0.75, inside + (tongue - 0.55) * (0.5 + rise * 0.9)) * smoothstep(-0.1, 0.06, rise);
    vec3 hot = mix(vec3(1.0, 0.28, 0.03), vec3(1.0, 0.82, 0.42), clamp(fire * 1.2 - rise * 0.55, 0.0, 1.0));
    colour += hot * fire * 1.25 * flare;
  }
  gl_FragColor = vec4(colour * vClear, 1.0);
}
`;

export class Flames implements Disposable {
  readonly mesh: Mesh<InstancedBufferGeometry, ShaderMaterial>;

  constructor(light: Light) {
    const material = new ShaderMaterial({
      defines: light.defines,
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
      uniforms: light.uniforms,
      blending: AdditiveBlending,
      transparent: true,
      depthWrite: false,
    });
    this.mesh = new Mesh(new InstancedBufferGeometry(), material);
    this.mesh.frustumCulled = false;
    this.mesh.renderOrder = 5;
  }

  light(torches: readonly Torch[]): void {
    this.mesh.geometry.dispose();
    const geometry = new InstancedBufferGeometry();
    geometry.setAttribute(
      'position',
      new BufferAttribute(new Float32Array([-1, -1, 0, 1, -1, 0, 1, 1, 0, -1, 1, 0]), 3),
    );
    geometry.setIndex([0, 1, 2, 0, 2, 3]);
    const roots = new Float32Array(torches.length * 3);
    const moods = new Float32Array(torches.length);
    torches.forEach((torch, index) => {
      roots.set([torch.x, torch.floor * STOREY + BOWL, torch.z], index * 3);
      // The flicker of its group: fract(mood * 7) is below one half for group 0.
      const mood = Math.floor(grain(index, 7) * 7);
      moods[index] = (mood + (torch.group === 0 ? 0.2 : 0.7)) / 7;
    });
    geometry.setAttribute('root', new InstancedBufferAttribute(roots, 3));
    geometry.setAttribute('mood', new InstancedBufferAttribute(moods, 1));
    geometry.instanceCount = torches.length;
    this.mesh.geometry = geometry;
  }

  [Symbol.dispose](): void {
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
  }
}
