/** The night above the top floor: stars and a moon, where its light comes from. */
import { BackSide, Mesh, ShaderMaterial, SphereGeometry } from 'three';
import type { Light } from './light.ts';
import { MOON_SLANT } from './light-map.ts';

const VERTEX = /* glsl */ `
varying vec3 vWay;
void main() {
  vWay = position;
  gl_Position = (projectionMatrix * vec4(mat3(viewMatrix) * position, 1.0)).xyww;
}
`;

const FRAGMENT = /* glsl */ `
uniform vec4 unrest;
varying vec3 vWay;
float chance(vec2 at) { return fract(sin(dot(at, vec2(127.1, 311.7))) * 43758.5453); }
float noise(vec2 at) {
  vec2 cell = floor(at);
  vec2 f = fract(at);
  f = f * f * (3.0 - 2.0 * f);
  return mix(mix(chance(cell), chance(cell + vec2(1, 0)), f.x), mix(chance(cell + vec2(0, 1)), chance(cell + vec2(1, 1)), f.x), f.y);
}
void main() {
  vec3 way = normalize(vWay);
  vec3 moonWay = normalize(vec3(${MOON_SLANT.x}, 1.0, ${MOON_SLANT.z}));
  float up = max(way.y, 0.0);
  vec3 colour = mix(vec3(0.055, 0.07, 0.13), vec3(0.012, 0.02, 0.055), up);
  vec2 dome = way.xz / (0.35 + up);
#ifdef PLAIN
  const int LAYERS = 1;
#else
  const int LAYERS = 2;
  float band = noise(dome * 3.0 + 4.0) * noise(dome * 7.0);
  colour += vec3(0.07, 0.08, 0.13) * band * band * 2.0;
#endif
  for (int layer = 0; layer < LAYERS; layer++) {
    vec2 grid = dome * (layer == 0 ? 34.0 : 70.0);
    vec2 cell = floor(grid);
    float luck = chance(cell + float(layer) * 17.0);
    vec2 spot = vec2(chance(cell + 3.1), chance(cell + 7.7)) * 0.7 + 0.15;
    float far = length(fract(grid) - spot);
    float twinkle = 0.75 + 0.25 * sin(unrest.w * (1.0 + luck * 2.0) + luck * 60.0);
    float star = (1.0 - smoothstep(0.0, 0.13, far)) * step(0.66, luck) * twinkle;
    colour += mix(vec3(0.7, 0.8, 1.0), vec3(1.0, 0.85, 0.65), chance(cell + 1.3)) * star * (luck - 0.5) * 2.2;
  }
  float near = distance(way, moonWay);
  float disc = 1.0 - smoothstep(0.1, 0.108, near);
  if (near < 0.11) {
  vec2 face = (way.xz - moonWay.xz) * 18.0;
  float seas = smoothstep(0.35, 0.75, noise(face * 0.9 + 3.0) * 0.7 + noise(face * 2.4) * 0.3);
  colour = mix(colour, vec3(0.95, 0.94, 0.88) * (1.0 - seas * 0.32), disc);
  }
  colour += vec3(0.3, 0.38, 0.55) * exp(-near * 5.0) * 0.55;
  gl_FragColor = vec4(colour, 1.0);
}
`;

export class Sky implements Disposable {
  readonly mesh: Mesh<SphereGeometry, ShaderMaterial>;

  constructor(light: Light) {
    this.mesh = new Mesh(
      new SphereGeometry(1, 24, 12),
      new ShaderMaterial({
        defines: light.defines,
        vertexShader: VERTEX,
        fragmentShader: FRAGMENT,
        uniforms: light.uniforms,
        side: BackSide,
        depthWrite: false,
      }),
    );
    this.mesh.frustumCulled = false;
    // After the stone: only where it left a hole.
    this.mesh.renderOrder = 2;
  }

  [Symbol.dispose](): void {
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
  }
}
