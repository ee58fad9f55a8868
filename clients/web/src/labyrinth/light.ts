/** The light of the place one is in, as all materials see it: the baked maps, flames that flicker, fog. */
import { Color, DataArrayTexture, LinearFilter, NearestFilter, RedFormat, Vector2, Vector4 } from 'three';
import type { LightMap } from './light-map.ts';
import { SQUARES } from './light-map.ts';

function arrayOf(bytes: Uint8Array, width: number, height: number, depth: number): DataArrayTexture {
  return new DataArrayTexture(bytes as Uint8Array<ArrayBuffer>, width, height, depth);
}

export class Light implements Disposable {
  /** One object for all materials: replaced values reach all of them. */
  readonly uniforms = {
    lightMap: { value: arrayOf(new Uint8Array(4), 1, 1, 1) },
    shapeMap: { value: arrayOf(new Uint8Array(4), 1, 1, 1) },
    openMap: { value: arrayOf(new Uint8Array(4), 1, 1, 1) },
    mazeSize: { value: new Vector2(1, 1) },
    floors: { value: 1 },
    unrest: { value: new Vector4(1, 1, 1, 0) },
    fogColour: { value: new Color(0.008, 0.01, 0.018) },
    fogDensity: { value: 0.13 },
    viewSize: { value: new Vector2(1, 1) },
  };
  /** For all materials that stand in this light: PLAIN where pixels are dear. */
  readonly defines: Readonly<Record<string, string>>;
  /** How bright the lamp is that the player carries. */
  lamp = 0.42;

  constructor(plain: boolean) {
    this.defines = plain ? { PLAIN: '' } : {};
  }

  /** A new level's light. */
  show(map: LightMap): void {
    this.#drop();
    const { uniforms } = this;
    uniforms.lightMap.value = soft(arrayOf(map.light, map.width, map.height, map.floors));
    uniforms.shapeMap.value = soft(arrayOf(map.shape, map.width, map.height, map.floors));
    const columns = map.width / SQUARES;
    const rows = map.height / SQUARES;
    const open = arrayOf(map.open, columns, rows, map.floors);
    open.format = RedFormat;
    open.unpackAlignment = 1;
    open.minFilter = NearestFilter;
    open.magFilter = NearestFilter;
    open.needsUpdate = true;
    uniforms.openMap.value = open;
    uniforms.mazeSize.value.set(columns, rows);
    uniforms.floors.value = map.floors;
  }

  /** Lets the flames flicker. `steady`: for those who want no motion. */
  burn(seconds: number, steady: boolean): void {
    const flicker = (salt: number): number =>
      steady
        ? 1
        : 0.94 +
          0.07 * Math.sin(seconds * 9.1 + salt) * Math.sin(seconds * 4.3 + salt * 2.1) +
          0.05 * Math.sin(seconds * 17.7 + salt * 3.7) * Math.sin(seconds * 2.9 + salt);
    this.uniforms.unrest.value.set(flicker(0), flicker(2.4), this.lamp * flicker(4.9), seconds);
  }

  #drop(): void {
    this.uniforms.lightMap.value.dispose();
    this.uniforms.shapeMap.value.dispose();
    this.uniforms.openMap.value.dispose();
  }

  [Symbol.dispose](): void {
    this.#drop();
  }
}

function soft(texture: DataArrayTexture): DataArrayTexture {
  texture.minFilter = LinearFilter;
  texture.magFilter = LinearFilter;
  texture.needsUpdate = true;
  return texture;
}
