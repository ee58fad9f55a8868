/** The material of all that is built: surfaces with relief, in the labyrinth's light. */
import {
  DataArrayTexture,
  LinearFilter,
  LinearMipmapLinearFilter,
  LinearMipmapNearestFilter,
  RepeatWrapping,
  ShaderMaterial,
} from 'three';
import type { Light } from './light.ts';
import { DEVELOP_GLSL, LIGHT_GLSL } from './light-glsl.ts';
import { paintSurface, plainTexture, type StoneTexture, SURFACES, Surface } from './stone-texture.ts';

const VERTEX = /* glsl */ `
attribute float surface;
attribute vec3 tint;
varying vec3 vPlace;
varying vec3 vFacing;
varying vec3 vTint;
varying vec2 vPatch;
flat varying float vSurface;
void main() {
  vec4 place = modelMatrix * vec4(position, 1.0);
  vPlace = place.xyz;
  vFacing = normal;
  vTint = tint;
  vPatch = uv;
  vSurface = surface;
  gl_Position = projectionMatrix * viewMatrix * place;
}
`;

const FRAGMENT = /* glsl */ `
precision highp sampler2DArray;
uniform sampler2DArray colours;
uniform sampler2DArray reliefs;
varying vec3 vPlace;
varying vec3 vFacing;
varying vec3 vTint;
varying vec2 vPatch;
flat varying float vSurface;
${LIGHT_GLSL}${DEVELOP_GLSL}
void main() {
  vec3 facing = normalize(vFacing);
  vec4 colour = texture(colours, vec3(vPatch, vSurface));
#ifdef PLAIN
  vec3 normal = facing;
  float gloss = 0.0;
#else
  vec4 relief = texture(reliefs, vec3(vPatch, vSurface));
  float gloss = relief.z;
  // Which way u and v go follows from the facing: walls stand, floors lie.
  vec3 along = abs(facing.y) > 0.9 ? vec3(1.0, 0.0, 0.0) : normalize(cross(vec3(0.0, 1.0, 0.0), facing));
  vec3 up = cross(facing, along);
  vec2 lean = (relief.xy - 0.502) * 2.8;
  vec3 normal = normalize(facing + along * lean.x + up * lean.y);
#endif
  vec3 albedo = colour.rgb * colour.rgb * vTint * (0.45 + 0.55 * colour.a);
#ifndef PLAIN
  // Grit that shows when one stands close.
  albedo *= 0.3 + 0.8 * texture(colours, vec3(vPatch * 4.3, ${Surface.PLASTER}.0)).g;
#endif
  vec3 lit = lightAt(vPlace, facing, normal, albedo, gloss);
  gl_FragColor = vec4(developed(lit, squared(vPlace - cameraPosition)), 1.0);
}
`;

export class Stone implements Disposable {
  readonly material: ShaderMaterial;
  readonly #texture: StoneTexture;
  readonly #colours: DataArrayTexture;
  readonly #reliefs: DataArrayTexture;
  #painted = 0;

  /** `size` is a surface's side in pixels; `plain` leaves out what is dear. The surfaces are plain until `paintNext` painted them. */
  constructor(light: Light, size: number, plain: boolean) {
    this.#texture = plainTexture(size);
    this.#colours = tiled(this.#texture.colour, size, plain);
    this.#reliefs = tiled(this.#texture.relief, size, plain);
    this.material = new ShaderMaterial({
      defines: light.defines,
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
      uniforms: { ...light.uniforms, colours: { value: this.#colours }, reliefs: { value: this.#reliefs } },
    });
  }

  /** Paints one surface more; false when all are. A few ten milliseconds of work. */
  paintNext(): boolean {
    if (this.#painted === SURFACES) return false;
    paintSurface(this.#texture, this.#painted);
    this.#painted++;
    this.#colours.needsUpdate = true;
    this.#reliefs.needsUpdate = true;
    return this.#painted < SURFACES;
  }

  [Symbol.dispose](): void {
    this.material.dispose();
    this.#colours.dispose();
    this.#reliefs.dispose();
  }
}

function tiled(bytes: Uint8Array<ArrayBuffer>, size: number, plain: boolean): DataArrayTexture {
  const texture = new DataArrayTexture(bytes, size, size, SURFACES);
  texture.wrapS = RepeatWrapping;
  texture.wrapT = RepeatWrapping;
  texture.magFilter = LinearFilter;
  texture.minFilter = plain ? LinearMipmapNearestFilter : LinearMipmapLinearFilter;
  texture.generateMipmaps = true;
  texture.anisotropy = plain ? 1 : 4;
  texture.needsUpdate = true;
  return texture;
}
