/**
 * How light falls on things, in GLSL: shared by all materials of the labyrinth, so that stone, wood and people stand in
 * the same light. Needs the uniforms of light.ts. With PLAIN defined it leaves out what a processor that draws pictures
 * itself cannot afford.
 */
import { LIGHT_MAX, MOON_SLANT } from './light-map.ts';
import { CEILING, STOREY } from './measures.ts';

const float = (value: number): string => value.toFixed(5);

export const LIGHT_GLSL = /* glsl */ `
uniform sampler2DArray lightMap;
uniform sampler2DArray shapeMap;
uniform sampler2DArray openMap;
uniform vec2 mazeSize;
uniform float floors;
// The unrest of the two groups of torches, of the own lamp; seconds.
uniform vec4 unrest;
uniform vec3 fogColour;
uniform float fogDensity;
uniform vec2 viewSize;

const vec3 WARM = vec3(1.0, 0.5, 0.17);
const vec3 LAMP = vec3(1.0, 0.66, 0.36);
const vec3 GATE = vec3(0.1, 0.62, 0.52);
const vec3 SKY = vec3(0.13, 0.24, 0.55);
const vec3 MOON = vec3(0.4, 0.6, 1.05);
const vec3 TO_MOON = vec3(${float(MOON_SLANT.x)}, 1.0, ${float(MOON_SLANT.z)});

float storeyOf(float y) {
  return clamp(floor((y + 0.03) / ${float(STOREY)}), 0.0, floors - 1.0);
}

// What reaches a place that faces 'facing' and whose fine relief is 'normal'.
#ifdef PLAIN
vec3 lightAt(vec3 place, vec3 facing, vec3 normal, vec3 albedo, float gloss) {
  float storey = storeyOf(place.y);
  float rise = place.y - storey * ${float(STOREY)};
  vec3 where = vec3((place.xz + facing.xz * 0.05) / mazeSize, storey);
  vec4 baked = texture(lightMap, where);
  baked *= baked * ${float(LIGHT_MAX)};
  vec4 shape = texture(shapeMap, where);
  float hits = dot(normal, vec3(shape.x * 2.0 - 1.0, 0.6 - rise, shape.y * 2.0 - 1.0));
  float diffuse = clamp(hits * 0.6 + 0.4, 0.18, 1.0);
  vec3 sum = (WARM * ((baked.r * unrest.x + baked.g * unrest.y) * 1.05) + GATE * baked.a) * diffuse;
  sum += SKY * (baked.b * (0.75 + 0.4 * normal.y)) + MOON * (shape.a * max(0.0, normal.y) * 0.7);
  sum *= facing.y > 0.5 || facing.y < -0.5 ? shape.b : min(1.0, 0.62 + rise * 0.8);
  vec3 toEye = cameraPosition - place;
  float near = max(0.0, 1.0 - dot(toEye, toEye) * 0.11);
  sum += LAMP * (unrest.z * 1.1 * near * near) + vec3(0.022, 0.026, 0.04);
  return albedo * sum;
}
#else
vec3 lightAt(vec3 place, vec3 facing, vec3 normal, vec3 albedo, float gloss) {
  float storey = storeyOf(place.y);
  float rise = place.y - storey * ${float(STOREY)};
  vec2 at = place.xz + facing.xz * 0.05;
  vec3 where = vec3(at / mazeSize, storey);
  vec4 baked = texture(lightMap, where);
  baked *= baked * ${float(LIGHT_MAX)};
  vec4 shape = texture(shapeMap, where);
  vec2 lean = shape.xy * 2.0 - 1.0;
  vec3 toFlame = normalize(vec3(lean.x, (0.66 - rise) * 0.9 + 0.02, lean.y));
  float hits = dot(normal, toFlame);
  float diffuse = 0.18 + 0.82 * clamp(hits * 0.75 + 0.25, 0.0, 1.0);
  float flames = baked.r * unrest.x + baked.g * unrest.y;
  vec3 sum = (WARM * flames * 1.05 + GATE * baked.a) * diffuse;
  sum += SKY * baked.b * (0.75 + 0.4 * normal.y);
  float moon = shape.a;
  if (facing.y < 0.5) {
    float left = ${float(CEILING)} - rise;
    moon = left > 0.0 ? texture(openMap, vec3((at + TO_MOON.xz * left) / mazeSize, storey)).r : 0.0;
  }
  sum += MOON * 0.9 * moon * max(0.0, dot(normal, normalize(TO_MOON)));
  float corner = facing.y > 0.5 || facing.y < -0.5 ? shape.b : 0.55 + 0.45 * smoothstep(0.0, 0.16, rise) * smoothstep(0.0, 0.2, ${float(CEILING)} - rise);
  sum *= corner;

  vec3 toEye = cameraPosition - place;
  float distance = length(toEye);
  toEye /= distance;
  sum += LAMP * unrest.z * (0.25 + 0.75 * max(0.0, dot(normal, toEye))) / (0.7 + distance * distance * 1.9) * (0.6 + 0.4 * corner);
  sum += vec3(0.022, 0.026, 0.04) * corner;

  vec3 shine = normalize(toFlame + toEye);
  float glint = pow(max(0.0, dot(normal, shine)), 8.0 + gloss * 40.0) * gloss * step(0.0, hits);
  return albedo * sum + WARM * flames * glint * 0.5 + MOON * moon * glint * 0.2;
}
#endif
`;

/** What turns light into what a screen shows; for fragment shaders, after LIGHT_GLSL. */
export const DEVELOP_GLSL = /* glsl */ `
// Fog, then from light to what a screen shows. 'away' is the square of the distance to the eye.
vec3 developed(vec3 colour, float away) {
#ifdef PLAIN
  colour = mix(fogColour, colour, 1.0 / (1.0 + away * fogDensity * fogDensity * 1.4));
  colour *= 1.1;
  return sqrt((colour * (2.51 * colour + 0.03)) / (colour * (2.43 * colour + 0.59) + 0.14));
#else
  colour = mix(fogColour, colour, exp(-away * fogDensity * fogDensity));
  vec2 off = gl_FragCoord.xy / viewSize - 0.5;
  colour *= 1.0 - dot(off, off) * 1.1;
  colour *= 1.15;
  colour = (colour * (2.51 * colour + 0.03)) / (colour * (2.43 * colour + 0.59) + 0.14);
  colour = pow(clamp(colour, 0.0, 1.0), vec3(1.0 / 2.2));
  float dither = fract(sin(dot(gl_FragCoord.xy, vec2(12.9898, 78.233))) * 43758.5453);
  return colour + (dither - 0.5) / 255.0;
#endif
}

float squared(vec3 way) {
  return dot(way, way);
}
`;
