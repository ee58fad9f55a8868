/** What this browser remembers of its player besides the secret: the name, and whether there is sound. */

const NAME = 'clew.name';
const SOUND = 'clew.sound';

export interface Keepsakes {
  name: string;
  sound: boolean;
}

export function keepsakesIn(storage: Pick<Storage, 'getItem' | 'setItem'>): Keepsakes {
  return {
    get name() {
      return storage.getItem(NAME) ?? '';
    },
    set name(name) {
      storage.setItem(NAME, name);
    },
    get sound() {
      return storage.getItem(SOUND) !== 'off';
    },
    set sound(on) {
      storage.setItem(SOUND, on ? 'on' : 'off');
    },
  };
}
