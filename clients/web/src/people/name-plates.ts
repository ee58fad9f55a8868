/** The names above the figures' heads. */
import { FLAG_BOT, FLAG_DETACHED, FLAG_OUT } from '@clew/maze';
import { CanvasTexture, Group, LinearFilter, Sprite, SpriteMaterial, SRGBColorSpace, type Vector3 } from 'three';
import { placeOf } from '../labyrinth/measures.ts';
import { colourOf } from './colours.ts';
import { FIGURES_MAX, type Person } from './figures.ts';

/** Where a name hangs above the feet, in cells. */
const HANG = 0.74;
/** How high a name is written, in cells. */
const PLATE = 0.085;
/** Beyond this distance (cells) names are not shown. */
const REACH = 7;

export interface Named extends Person {
  readonly displayName: string;
}

interface Plate {
  readonly sprite: Sprite;
  readonly text: string;
  /** Width by height. */
  readonly ratio: number;
}

export class NamePlates implements Disposable {
  readonly group = new Group();
  /** By seat, at most FIGURES_MAX. */
  readonly #plates = new Map<number, Plate>();

  show(people: readonly Named[], eye: Vector3): void {
    const unseen = new Set(this.#plates.keys());
    for (const person of people) {
      if (person.flags & FLAG_OUT || person.seat >= FIGURES_MAX) continue;
      const { x, y, z } = placeOf(person);
      const away = Math.hypot(x - eye.x, y - eye.y, z - eye.z);
      if (away > REACH) continue;
      unseen.delete(person.seat);
      const plate = this.#plateOf(person);
      plate.sprite.position.set(x, y + HANG, z);
      plate.sprite.material.opacity = Math.min(1, (REACH - away) / 2);
      // Near ones would fill the view.
      const size = PLATE * Math.min(1, Math.max(0.3, away / 1.7));
      plate.sprite.scale.set(size * plate.ratio, size, 1);
      plate.sprite.visible = true;
    }
    for (const seat of unseen) (this.#plates.get(seat) as Plate).sprite.visible = false;
  }

  /** Everybody left. */
  clear(): void {
    for (const plate of this.#plates.values()) this.#drop(plate);
    this.#plates.clear();
  }

  #plateOf(person: Named): Plate {
    const away = person.flags & FLAG_DETACHED ? ' · away' : '';
    const bot = person.flags & FLAG_BOT ? ' · bot' : '';
    const text = `${person.displayName}${away || bot}`;
    const known = this.#plates.get(person.seat);
    if (known?.text === text) return known;
    if (known) this.#drop(known);
    const plate = { ...written(person.displayName, away || bot, colourOf(person.seat)), text };
    this.#plates.set(person.seat, plate);
    this.group.add(plate.sprite);
    return plate;
  }

  #drop(plate: Plate): void {
    this.group.remove(plate.sprite);
    plate.sprite.material.map?.dispose();
    plate.sprite.material.dispose();
  }

  [Symbol.dispose](): void {
    this.clear();
  }
}

function written(name: string, remark: string, colour: string): Pick<Plate, 'sprite' | 'ratio'> {
  const canvas = document.createElement('canvas');
  const pen = canvas.getContext('2d') as CanvasRenderingContext2D;
  const font = (size: number, weight: string): string => `${weight} ${size}px Georgia, "Times New Roman", serif`;
  pen.font = font(40, '600');
  const nameWidth = pen.measureText(name).width;
  pen.font = font(28, 'italic');
  const remarkWidth = remark ? pen.measureText(remark).width : 0;
  canvas.width = Math.ceil(nameWidth + remarkWidth) + 48;
  canvas.height = 64;
  pen.fillStyle = 'rgba(10, 9, 8, 0.55)';
  pen.beginPath();
  pen.roundRect(2, 4, canvas.width - 4, 56, 14);
  pen.fill();
  pen.textBaseline = 'middle';
  pen.font = font(40, '600');
  pen.fillStyle = colour;
  pen.fillText(name, 24, 33);
  pen.font = font(28, 'italic');
  pen.fillStyle = 'rgba(235, 228, 214, 0.75)';
  pen.fillText(remark, 24 + nameWidth, 34);
  const map = new CanvasTexture(canvas);
  map.colorSpace = SRGBColorSpace;
  map.minFilter = LinearFilter;
  map.generateMipmaps = false;
  const sprite = new Sprite(new SpriteMaterial({ map, transparent: true, depthWrite: false }));
  sprite.renderOrder = 8;
  return { sprite, ratio: canvas.width / canvas.height };
}
