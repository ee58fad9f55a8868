/** The exit's light: a veil in the gate, rays that rise from it, and a shine that is seen from far down its corridor. */
import { AdditiveBlending, BufferAttribute, BufferGeometry, DoubleSide, Group, Mesh, ShaderMaterial } from 'three';
import type { Leaning } from './fixtures.ts';
import type { Light } from './light.ts';
import { STOREY, WALL_HALF } from './measures.ts';

const VEIL_VERTEX = /* glsl */ `
varying vec2 vAt;
varying float vAway;
void main() {
  vAt = uv;
  vec4 place = modelMatrix * vec4(position, 1.0);
  vAway = distance(place.xyz, cameraPosition);
  gl_Position = projectionMatrix * viewMatrix * place;
}
`;

const VEIL_FRAGMENT = /* glsl */ `
uniform vec4 unrest;
varying vec2 vAt;
varying float vAway;
float chance(vec2 at) { return fract(sin(dot(at, vec2(127.1, 311.7))) * 43758.5453); }
float noise(vec2 at) {
  vec2 cell = floor(at);
  vec2 f = fract(at);
  f = f * f * (3.0 - 2.0 * f);
  return mix(mix(chance(cell), chance(cell + vec2(1, 0)), f.x), mix(chance(cell + vec2(0, 1)), chance(cell + vec2(1, 1)), f.x), f.y);
}
void main() {
  vec2 at = (vAt - 0.5) * vec2(1.0, 1.6);
  float time = unrest.w;
  float far = length(at);
  float turn = atan(at.y, at.x) + 1.6 * log(far + 0.06) + time * 0.55;
  float arms = 0.5 + 0.5 * sin(turn * 3.0 + noise(at * 7.0 + time * 0.3) * 2.4);
  float strands = 0.5 + 0.5 * sin(turn * 7.0 - time * 0.8 + noise(at * 13.0 - time * 0.2) * 4.0);
  float core = exp(-far * far * 26.0);
  float light = arms * arms * 0.55 + strands * arms * 0.4;
  vec3 colour = mix(vec3(0.0, 0.09, 0.13), vec3(0.07, 0.66, 0.6), light);
  colour = mix(colour, vec3(0.85, 1.0, 0.95), clamp(core * 1.1 + strands * arms * arms * 0.35, 0.0, 1.0));
  colour += vec3(0.08, 0.5, 0.45) * smoothstep(0.32, 0.5, abs(vAt.x - 0.5)) * 0.8;
  gl_FragColor = vec4(colour * exp(-vAway * 0.03), 0.93);
}
`;

const SHINE_VERTEX = /* glsl */ `
uniform float reach;
varying vec2 vAt;
varying float vAway;
void main() {
  vAt = position.xy;
  vec3 root = modelMatrix[3].xyz;
  vec3 toEye = cameraPosition - root;
  vAway = length(toEye);
  vec3 ahead = normalize(vec3(toEye.x, 0.0, toEye.z) + 1e-5);
  vec3 side = vec3(ahead.z, 0.0, -ahead.x);
  vec3 place = root + side * position.x * reach + vec3(0.0, position.y * reach, 0.0) + ahead * min(0.3, vAway * 0.4);
  gl_Position = projectionMatrix * viewMatrix * vec4(place, 1.0);
}
`;

const SHINE_FRAGMENT = /* glsl */ `
uniform vec4 unrest;
varying vec2 vAt;
varying float vAway;
void main() {
  float around = length(vAt);
  float shine = exp(-around * around * 4.0) * (1.0 - smoothstep(0.7, 1.0, around));
  float rays = 0.75 + 0.25 * sin(atan(vAt.y, vAt.x) * 9.0 + unrest.w * 0.35) * sin(atan(vAt.y, vAt.x) * 5.0 - unrest.w * 0.27);
  gl_FragColor = vec4(vec3(0.12, 0.72, 0.62) * shine * rays * 0.3 * smoothstep(0.2, 1.2, vAway) * exp(-vAway * 0.03), 1.0);
}
`;

export class GateGlow implements Disposable {
  readonly group = new Group();
  readonly #veil: Mesh<BufferGeometry, ShaderMaterial>;
  readonly #shine: Mesh<BufferGeometry, ShaderMaterial>;

  constructor(light: Light) {
    const glow = {
      uniforms: light.uniforms,
      blending: AdditiveBlending,
      transparent: true,
      depthWrite: false,
      side: DoubleSide,
    };
    this.#veil = new Mesh(
      square([-0.25, 0, 0, 0.25, 0, 0, 0.25, 0.8, 0, -0.25, 0.8, 0]),
      new ShaderMaterial({
        defines: light.defines,
        uniforms: light.uniforms,
        transparent: true,
        depthWrite: false,
        side: DoubleSide,
        vertexShader: VEIL_VERTEX,
        fragmentShader: VEIL_FRAGMENT,
      }),
    );
    this.#shine = new Mesh(
      square([-1, -1, 0, 1, -1, 0, 1, 1, 0, -1, 1, 0]),
      new ShaderMaterial({
        defines: light.defines,
        ...glow,
        uniforms: { ...light.uniforms, reach: { value: 0.95 } },
        vertexShader: SHINE_VERTEX,
        fragmentShader: SHINE_FRAGMENT,
      }),
    );
    this.#shine.position.y = 0.42;
    this.#shine.frustumCulled = false;
    this.#veil.renderOrder = 4;
    this.#shine.renderOrder = 7;
    this.group.add(this.#veil, this.#shine);
  }

  stand(gate: Leaning): void {
    const reach = gate.free ? 0 : 0.5 - WALL_HALF - 0.07;
    this.group.position.set(
      gate.column + 0.5 + gate.side.x * reach,
      gate.floor * STOREY,
      gate.row + 0.5 + gate.side.z * reach,
    );
    this.group.rotation.y = Math.atan2(gate.side.x, gate.side.z);
  }

  [Symbol.dispose](): void {
    for (const mesh of [this.#veil, this.#shine]) {
      mesh.geometry.dispose();
      mesh.material.dispose();
    }
  }
}

function square(corners: readonly number[]): BufferGeometry {
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(new Float32Array(corners), 3));
  geometry.setAttribute('uv', new BufferAttribute(new Float32Array([0, 0, 1, 0, 1, 1, 0, 1]), 2));
  geometry.setIndex([0, 1, 2, 0, 2, 3]);
  return geometry;
}
