/** The pale light that falls through the shafts of ladders: it tells from afar where one can climb. */
import {
  AdditiveBlending,
  BufferAttribute,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Mesh,
  ShaderMaterial,
} from 'three';
import type { Leaning } from './fixtures.ts';
import type { Light } from './light.ts';
import { STOREY } from './measures.ts';

const VERTEX = /* glsl */ `
attribute vec3 root;
uniform float fogDensity;
varying vec2 vAt;
varying float vStrength;
void main() {
  vec3 toEye = cameraPosition - root;
  float away = length(toEye.xz);
  vec3 ahead = normalize(vec3(toEye.x, 0.0, toEye.z) + 1e-5);
  vec3 side = vec3(ahead.z, 0.0, -ahead.x);
  vAt = position.xy;
  // Whoever stands in it does not see it.
  vStrength = smoothstep(0.35, 1.1, away) * exp(-away * away * fogDensity * fogDensity * 0.6);
  vec3 place = root + side * position.x * 0.36 + vec3(0.0, position.y * ${(STOREY + 0.25).toFixed(5)}, 0.0);
  gl_Position = projectionMatrix * viewMatrix * vec4(place, 1.0);
}
`;

const FRAGMENT = /* glsl */ `
uniform vec4 unrest;
varying vec2 vAt;
varying float vStrength;
void main() {
  float across = vAt.x * vAt.x;
  float beam = exp(-across * 4.0) * (1.0 - across);
  float drift = 0.85 + 0.15 * sin(vAt.x * 9.0 + unrest.w * 0.4) * sin(vAt.y * 5.0 - unrest.w * 0.6);
  float rise = 0.35 + 0.65 * vAt.y;
  float end = 1.0 - smoothstep(0.85, 1.0, vAt.y);
  gl_FragColor = vec4(vec3(0.5, 0.46, 0.34) * beam * drift * rise * end * vStrength * 0.75, 1.0);
}
`;

export class ShaftLight implements Disposable {
  readonly mesh: Mesh<InstancedBufferGeometry, ShaderMaterial>;

  constructor(light: Light) {
    const geometry = new InstancedBufferGeometry();
    geometry.setAttribute('position', new BufferAttribute(new Float32Array([-1, 0, 0, 1, 0, 0, 1, 1, 0, -1, 1, 0]), 3));
    geometry.setIndex([0, 1, 2, 0, 2, 3]);
    this.mesh = new Mesh(
      geometry,
      new ShaderMaterial({
        defines: light.defines,
        uniforms: light.uniforms,
        vertexShader: VERTEX,
        fragmentShader: FRAGMENT,
        blending: AdditiveBlending,
        transparent: true,
        depthWrite: false,
      }),
    );
    this.mesh.frustumCulled = false;
    this.mesh.renderOrder = 5;
    this.fall([]);
  }

  fall(ladders: readonly Leaning[]): void {
    const roots = ladders.flatMap(({ column, row, floor }) => [column + 0.5, floor * STOREY, row + 0.5]);
    const { geometry } = this.mesh;
    geometry.setAttribute(
      'root',
      new InstancedBufferAttribute(new Float32Array(roots.length > 0 ? roots : [0, 0, 0]), 3),
    );
    geometry.instanceCount = ladders.length;
    this.mesh.visible = ladders.length > 0;
  }

  [Symbol.dispose](): void {
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
  }
}
