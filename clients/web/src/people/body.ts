/**
 * A figure's body, modelled from turned and bent pieces: a traveller in a hooded cloak who carries a lamp. It looks
 * along -z, its feet at the origin. Pieces know to which limb they belong, so that the shader can move them.
 */
import {
  BufferAttribute,
  type BufferGeometry,
  CapsuleGeometry,
  ConeGeometry,
  CylinderGeometry,
  LatheGeometry,
  Matrix4,
  SphereGeometry,
  TorusGeometry,
  Vector2,
} from 'three';
import { mergeGeometries, mergeVertices } from 'three/examples/jsm/utils/BufferGeometryUtils.js';

/** What a piece moves with. */
export const Limb = {
  TRUNK: 0,
  LEFT_LEG: 1,
  RIGHT_LEG: 2,
  LEFT_ARM: 3,
  RIGHT_ARM: 4,
  HEAD: 5,
  HORNS: 6,
  CLOAK: 7,
} as const;
/** What a piece is made of. */
export const Cloth = { SEAT: 0, DARK: 1, SKIN: 2, BRONZE: 3, GLOW: 4, EYE: 5, LEATHER: 6 } as const;

export function bodyGeometry(): BufferGeometry {
  const pieces: BufferGeometry[] = [];
  const put = (
    geometry: BufferGeometry,
    limb: number,
    cloth: number,
    at: readonly [number, number, number],
    turn?: Matrix4,
  ): void => {
    const piece = geometry.index ? geometry.toNonIndexed() : geometry;
    if (turn) piece.applyMatrix4(turn);
    piece.translate(...at);
    const count = piece.getAttribute('position').count;
    piece.deleteAttribute('uv');
    piece.setAttribute('limb', new BufferAttribute(new Float32Array(count).fill(limb), 1));
    piece.setAttribute('cloth', new BufferAttribute(new Float32Array(count).fill(cloth), 1));
    pieces.push(piece);
  };
  const turned = (points: readonly (readonly [number, number])[], sides = 12): BufferGeometry =>
    new LatheGeometry(
      points.map(([r, y]) => new Vector2(r, y)),
      sides,
    );

  // Trunk: tunic with a skirt, belt.
  put(
    turned([
      [0.098, 0.19],
      [0.09, 0.24],
      [0.068, 0.31],
      [0.078, 0.38],
      [0.086, 0.425],
      [0.06, 0.462],
      [0.03, 0.475],
    ]),
    Limb.TRUNK,
    Cloth.SEAT,
    [0, 0, 0],
  );
  put(
    turned([
      [0.076, 0.296],
      [0.08, 0.305],
      [0.08, 0.32],
      [0.074, 0.33],
    ]),
    Limb.TRUNK,
    Cloth.LEATHER,
    [0, 0, 0],
  );
  put(new SphereGeometry(0.015, 8, 6), Limb.TRUNK, Cloth.BRONZE, [0, 0.312, -0.078]);
  // Cloak: a half mantle behind, from the shoulders to the calves.
  const mantle = new LatheGeometry(
    [
      [0.165, 0.09],
      [0.148, 0.18],
      [0.125, 0.29],
      [0.112, 0.4],
      [0.092, 0.452],
      [0.05, 0.482],
    ].map(([r, y]) => new Vector2(r, y)),
    14,
    -Math.PI * 0.62,
    Math.PI * 1.24,
  );
  put(mantle, Limb.CLOAK, Cloth.DARK, [0, 0, 0.006]);
  put(
    turned([
      [0.06, 0.44],
      [0.102, 0.452],
      [0.1, 0.468],
      [0.06, 0.486],
    ]),
    Limb.TRUNK,
    Cloth.DARK,
    [0, 0, 0],
  );
  put(new SphereGeometry(0.018, 8, 6), Limb.TRUNK, Cloth.BRONZE, [0.045, 0.455, -0.078]);
  // Head in a hood.
  put(new SphereGeometry(0.056, 14, 12), Limb.HEAD, Cloth.SKIN, [0, 0.53, -0.012]);
  put(new ConeGeometry(0.012, 0.03, 6), Limb.HEAD, Cloth.SKIN, [0, 0.522, -0.07], new Matrix4().makeRotationX(-0.35));
  for (const side of [-1, 1]) {
    put(new SphereGeometry(0.009, 6, 5), Limb.HEAD, Cloth.EYE, [side * 0.021, 0.54, -0.062]);
  }
  const hood = new SphereGeometry(0.071, 14, 12, Math.PI * 0.79, Math.PI * 1.42, 0, Math.PI * 0.82);
  put(hood, Limb.HEAD, Cloth.SEAT, [0, 0.531, 0.002], new Matrix4().makeRotationY(Math.PI));
  put(new ConeGeometry(0.04, 0.1, 8), Limb.HEAD, Cloth.SEAT, [0, 0.57, 0.06], new Matrix4().makeRotationX(2.1));
  put(
    new TorusGeometry(0.061, 0.011, 6, 16, Math.PI * 1.5),
    Limb.HEAD,
    Cloth.SEAT,
    [0, 0.533, -0.03],
    new Matrix4().makeRotationZ(-Math.PI * 0.25),
  );
  // Horns of the bronze bull mask that bots wear, and the mask's snout.
  for (const side of [-1, 1]) {
    put(
      new ConeGeometry(0.017, 0.06, 7),
      Limb.HORNS,
      Cloth.BRONZE,
      [side * 0.078, 0.572, -0.02],
      new Matrix4().makeRotationZ(-side * 1.15),
    );
    put(
      new ConeGeometry(0.013, 0.07, 7),
      Limb.HORNS,
      Cloth.GLOW,
      [side * 0.108, 0.612, -0.026],
      new Matrix4().makeRotationZ(-side * 0.16),
    );
  }
  put(
    new CapsuleGeometry(0.033, 0.03, 3, 8),
    Limb.HORNS,
    Cloth.BRONZE,
    [0, 0.512, -0.066],
    new Matrix4().makeRotationX(1.2),
  );
  // Legs with boots.
  for (const [side, limb] of [
    [-1, Limb.LEFT_LEG],
    [1, Limb.RIGHT_LEG],
  ] as const) {
    put(new CylinderGeometry(0.032, 0.024, 0.17, 8), limb, Cloth.DARK, [side * 0.04, 0.15, 0]);
    put(new CylinderGeometry(0.03, 0.028, 0.075, 8), limb, Cloth.LEATHER, [side * 0.04, 0.047, 0]);
    put(
      new CapsuleGeometry(0.024, 0.035, 3, 8),
      limb,
      Cloth.LEATHER,
      [side * 0.04, 0.02, -0.022],
      new Matrix4().makeRotationX(Math.PI / 2),
    );
  }
  // Arms; the right one holds the lamp up.
  for (const [side, limb] of [
    [-1, Limb.LEFT_ARM],
    [1, Limb.RIGHT_ARM],
  ] as const) {
    put(
      new CylinderGeometry(0.023, 0.021, 0.12, 8),
      limb,
      Cloth.SEAT,
      [side * 0.1, 0.385, 0],
      new Matrix4().makeRotationZ(side * 0.16),
    );
    put(
      new CylinderGeometry(0.017, 0.015, 0.09, 8),
      limb,
      Cloth.SKIN,
      [side * 0.112, 0.29, -0.012],
      new Matrix4().makeRotationX(0.22),
    );
    put(new SphereGeometry(0.02, 8, 6), limb, Cloth.SKIN, [side * 0.113, 0.242, -0.022]);
  }
  put(new CylinderGeometry(0.016, 0.026, 0.014, 8), Limb.RIGHT_ARM, Cloth.BRONZE, [0.113, 0.212, -0.03]);
  put(new SphereGeometry(0.022, 8, 6), Limb.RIGHT_ARM, Cloth.GLOW, [0.113, 0.19, -0.03]);
  put(new CylinderGeometry(0.024, 0.012, 0.014, 8), Limb.RIGHT_ARM, Cloth.BRONZE, [0.113, 0.165, -0.03]);
  const merged = mergeVertices(mergeGeometries(pieces));
  for (const piece of pieces) piece.dispose();
  return merged;
}
