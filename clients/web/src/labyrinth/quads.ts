/** Collects four-cornered faces into one geometry: fewer things to draw. */
import { BufferAttribute, BufferGeometry } from 'three';

export type Point = readonly [number, number, number];
export type Tint = readonly [number, number, number];

export const PLAIN: Tint = [1, 1, 1];

/** A part of a surface: from (u, v) to (u, v). */
export interface Patch {
  readonly surface: number;
  readonly u0: number;
  readonly v0: number;
  readonly u1: number;
  readonly v1: number;
}

export class Quads {
  readonly #places: number[] = [];
  readonly #normals: number[] = [];
  readonly #patches: number[] = [];
  readonly #surfaces: number[] = [];
  readonly #tints: number[] = [];
  readonly #corners: number[] = [];

  get isEmpty(): boolean {
    return this.#corners.length === 0;
  }

  /**
   * A face, seen from the side where its corners go round against the clock: lower left, lower right, upper right,
   * upper left. `normals`, if given, are the corners' own (round things).
   */
  add(
    corners: readonly [Point, Point, Point, Point],
    patch: Patch,
    tint: Tint = PLAIN,
    normals?: readonly Point[],
  ): void {
    const [a, b, , d] = corners;
    const first = this.#places.length / 3;
    const flat = normalOf(a, b, d);
    corners.forEach((corner, index) => {
      this.#places.push(...corner);
      this.#normals.push(...(normals?.[index] ?? flat));
      this.#surfaces.push(patch.surface);
      this.#tints.push(...tint);
    });
    this.#patches.push(patch.u0, patch.v0, patch.u1, patch.v0, patch.u1, patch.v1, patch.u0, patch.v1);
    this.#corners.push(first, first + 1, first + 2, first, first + 2, first + 3);
  }

  /** A box between two corners; faces named in `without` are left out ("x-", "x+", "y-", …). */
  addBox(low: Point, high: Point, surface: number, tint: Tint = PLAIN, without: readonly string[] = []): void {
    const [x0, y0, z0] = low;
    const [x1, y1, z1] = high;
    const face = (
      name: string,
      corners: readonly [Point, Point, Point, Point],
      u: number,
      v: number,
      u0: number,
    ): void => {
      if (without.includes(name)) return;
      this.add(corners, { surface, u0, v0: 0, u1: u0 + u / 2, v1: v / 1.06 }, tint);
    };
    const [w, h, l] = [x1 - x0, y1 - y0, z1 - z0];
    face(
      'z+',
      [
        [x0, y0, z1],
        [x1, y0, z1],
        [x1, y1, z1],
        [x0, y1, z1],
      ],
      w,
      h,
      x0 * 0.37,
    );
    face(
      'z-',
      [
        [x1, y0, z0],
        [x0, y0, z0],
        [x0, y1, z0],
        [x1, y1, z0],
      ],
      w,
      h,
      x1 * 0.37,
    );
    face(
      'x+',
      [
        [x1, y0, z1],
        [x1, y0, z0],
        [x1, y1, z0],
        [x1, y1, z1],
      ],
      l,
      h,
      z0 * 0.37,
    );
    face(
      'x-',
      [
        [x0, y0, z0],
        [x0, y0, z1],
        [x0, y1, z1],
        [x0, y1, z0],
      ],
      l,
      h,
      z1 * 0.37,
    );
    face(
      'y+',
      [
        [x0, y1, z1],
        [x1, y1, z1],
        [x1, y1, z0],
        [x0, y1, z0],
      ],
      w,
      l,
      x0 * 0.37,
    );
    face(
      'y-',
      [
        [x0, y0, z0],
        [x1, y0, z0],
        [x1, y0, z1],
        [x0, y0, z1],
      ],
      w,
      l,
      x0 * 0.37,
    );
  }

  /** A round body around a vertical axis; `rings` are [radius, height] from below. */
  addTurned(
    x: number,
    y: number,
    z: number,
    rings: readonly (readonly [number, number])[],
    sides: number,
    surface: number,
    tint: Tint,
  ): void {
    for (let ring = 0; ring + 1 < rings.length; ring++) {
      const [r0, h0] = rings[ring] as readonly [number, number];
      const [r1, h1] = rings[ring + 1] as readonly [number, number];
      const slope = (r0 - r1) / Math.max(1e-4, Math.hypot(h1 - h0, r0 - r1));
      const flat = Math.sqrt(Math.max(0, 1 - slope * slope));
      for (let side = 0; side < sides; side++) {
        const from = (side / sides) * Math.PI * 2;
        const to = ((side + 1) / sides) * Math.PI * 2;
        const at = (angle: number, r: number, h: number): Point => [
          x + Math.cos(angle) * r,
          y + h,
          z - Math.sin(angle) * r,
        ];
        const out = (angle: number): Point => [Math.cos(angle) * flat, slope, -Math.sin(angle) * flat];
        const patch = {
          surface,
          u0: (side / sides) * 0.5,
          u1: ((side + 1) / sides) * 0.5,
          v0: h0 / 1.06,
          v1: h1 / 1.06,
        };
        this.add([at(from, r0, h0), at(to, r0, h0), at(to, r1, h1), at(from, r1, h1)], patch, tint, [
          out(from),
          out(to),
          out(to),
          out(from),
        ]);
      }
    }
  }

  /** A level beam between two points, square, twice `half` thick, without ends. */
  addBeam(from: Point, to: Point, half: number, surface: number, tint: Tint): void {
    const length = Math.hypot(to[0] - from[0], to[2] - from[2]);
    const sx = (-(to[2] - from[2]) / length) * half;
    const sz = ((to[0] - from[0]) / length) * half;
    const edge = (end: Point, side: number, up: number): Point => [
      end[0] + sx * side,
      end[1] + half * up,
      end[2] + sz * side,
    ];
    const patch = { surface, u0: 0, v0: 0, u1: half, v1: length };
    const corners = [
      [1, -1],
      [1, 1],
      [-1, 1],
      [-1, -1],
    ] as const;
    corners.forEach(([side, up], index) => {
      const [nextSide, nextUp] = corners[(index + 1) % 4] as readonly [number, number];
      this.add(
        [edge(from, side, up), edge(to, side, up), edge(to, nextSide, nextUp), edge(from, nextSide, nextUp)],
        patch,
        tint,
      );
    });
  }

  geometry(): BufferGeometry {
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', new BufferAttribute(new Float32Array(this.#places), 3));
    geometry.setAttribute('normal', new BufferAttribute(new Float32Array(this.#normals), 3));
    geometry.setAttribute('uv', new BufferAttribute(new Float32Array(this.#patches), 2));
    geometry.setAttribute('surface', new BufferAttribute(new Float32Array(this.#surfaces), 1));
    geometry.setAttribute('tint', new BufferAttribute(new Float32Array(this.#tints), 3));
    geometry.setIndex(this.#corners);
    geometry.computeBoundingSphere();
    return geometry;
  }
}

function normalOf(a: Point, b: Point, d: Point): Point {
  const [ux, uy, uz] = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
  const [vx, vy, vz] = [d[0] - a[0], d[1] - a[1], d[2] - a[2]];
  const n: Point = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
  const length = Math.hypot(...n) || 1;
  return [n[0] / length, n[1] / length, n[2] / length];
}
