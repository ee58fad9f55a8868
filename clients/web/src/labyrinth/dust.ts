/** Motes that float around the eye, in whatever light there is. A fixed number: those left behind come in again ahead. */
import { AdditiveBlending, BufferAttribute, BufferGeometry, Points, ShaderMaterial } from 'three';
import { grain } from './grain.ts';
import type { Light } from './light.ts';
import { LIGHT_GLSL } from './light-glsl.ts';
import { CEILING, STOREY } from './measures.ts';

/** Side of the box around the eye that holds the motes, in cells. */
const BOX = 4;

const VERTEX = /* glsl */ `
precision highp sampler2DArray;
${LIGHT_GLSL}
uniform float drift;
varying vec3 vColour;
void main() {
  float time = unrest.w * drift;
  vec3 at = position + vec3(sin(time * 0.23 + position.y * 9.0) * 0.12 + time * 0.013, sin(time * 0.31 + position.x * 7.0) * 0.05, cos(time * 0.19 + position.z * 8.0) * 0.12);
  vec2 level = mod(at.xz - cameraPosition.xz, ${BOX.toFixed(1)}) - ${(BOX / 2).toFixed(1)} + cameraPosition.xz;
  float storey = storeyOf(cameraPosition.y);
  vec3 place = vec3(level.x, storey * ${STOREY.toFixed(5)} + mod(at.y, ${CEILING.toFixed(5)}), level.y);
  vec4 baked = texture(lightMap, vec3(place.xz / mazeSize, storey));
  baked *= baked * 2.0;
  float moon = texture(openMap, vec3((place.xz + TO_MOON.xz * (${CEILING.toFixed(5)} - mod(at.y, ${CEILING.toFixed(5)}))) / mazeSize, storey)).r;
  vColour = WARM * (baked.r * unrest.x + baked.g * unrest.y) * 0.55 + SKY * baked.b * 0.7 + GATE * baked.a * 0.5 + MOON * moon * 0.16 + LAMP * unrest.z * 0.05;
  vec4 seen = viewMatrix * vec4(place, 1.0);
  float away = -seen.z;
  vColour *= (1.0 - smoothstep(0.6, ${(BOX / 2).toFixed(1)}, away)) * smoothstep(0.1, 0.4, away);
  gl_Position = projectionMatrix * seen;
  gl_PointSize = clamp(viewSize.y * 0.0042 / max(away, 0.1), 1.0, 9.0);
}
`;

const FRAGMENT = /* glsl */ `
varying vec3 vColour;
void main() {
  float around = length(gl_PointCoord - 0.5) * 2.0;
  gl_FragColor = vec4(vColour * (1.0 - smoothstep(0.1, 1.0, around)), 1.0);
}
`;

export class Dust implements Disposable {
  readonly points: Points<BufferGeometry, ShaderMaterial>;

  constructor(light: Light, count: number, steady: boolean) {
    const places = new Float32Array(count * 3);
    for (let i = 0; i < places.length; i++) places[i] = grain(i, 83) * BOX;
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', new BufferAttribute(places, 3));
    this.points = new Points(
      geometry,
      new ShaderMaterial({
        defines: light.defines,
        vertexShader: VERTEX,
        fragmentShader: FRAGMENT,
        uniforms: { ...light.uniforms, drift: { value: steady ? 0.15 : 1 } },
        blending: AdditiveBlending,
        transparent: true,
        depthWrite: false,
      }),
    );
    this.points.frustumCulled = false;
    this.points.renderOrder = 6;
  }

  [Symbol.dispose](): void {
    this.points.geometry.dispose();
    this.points.material.dispose();
  }
}
