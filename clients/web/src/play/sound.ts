/**
 * The labyrinth's sounds, made of noise and strings: no recording is loaded. Silent until the player did something on
 * the page (browsers insist), and whenever it is muted.
 */

/** Dorian, as a lyre might be tuned: half-tones above the lowest string. */
const LYRE = [0, 2, 3, 5, 7, 9, 10, 12, 14, 15];

export class Sound {
  #context: AudioContext | undefined;
  #out: GainNode | undefined;
  #noise: AudioBuffer | undefined;
  #isOn: boolean;
  #left = false;

  constructor(isOn: boolean) {
    this.#isOn = isOn;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  set isOn(on: boolean) {
    this.#isOn = on;
    const { currentTime } = this.#context ?? { currentTime: 0 };
    this.#out?.gain.setTargetAtTime(on ? 0.7 : 0, currentTime, 0.05);
  }

  /** Call it from a click or a key. */
  wake(): void {
    if (this.#context !== undefined || typeof AudioContext === 'undefined') {
      void this.#context?.resume();
      return;
    }
    const context = new AudioContext();
    this.#context = context;
    this.#out = context.createGain();
    this.#out.gain.value = this.#isOn ? 0.7 : 0;
    this.#out.connect(context.destination);
    this.#noise = context.createBuffer(1, context.sampleRate * 2, context.sampleRate);
    const samples = this.#noise.getChannelData(0);
    for (let i = 0; i < samples.length; i++) samples[i] = Math.random() * 2 - 1;
    this.#breathe();
  }

  /** A foot on stone; `strength` 0 to 1. */
  step(strength: number): void {
    this.#left = !this.#left;
    this.#burst(0.09, 420 + Math.random() * 160, 0.16 * strength, this.#left ? -0.15 : 0.15);
    this.#burst(0.03, 2_300, 0.05 * strength, this.#left ? -0.1 : 0.1);
  }

  /** A hand on a rung. */
  rung(): void {
    this.#burst(0.06, 900, 0.14, 0);
  }

  /** A clew was picked up: strings, upwards. */
  clew(): void {
    [0, 2, 4, 7, 9].forEach((string, index) => {
      this.#pluck(string, index * 0.07, 0.3);
    });
  }

  /** Out, through the gate. */
  gate(): void {
    [0, 4, 7].forEach((string) => {
      this.#pluck(string, 0, 0.3);
    });
    [2, 4, 7, 9].forEach((string, index) => {
      this.#pluck(string, 0.25 + index * 0.12, 0.3);
    });
  }

  /** A level begins. */
  begin(): void {
    this.#pluck(0, 0, 0.25);
    this.#pluck(4, 0.18, 0.25);
  }

  /** Somebody else got out. */
  rival(): void {
    this.#pluck(2, 0, 0.22);
    this.#pluck(0, 0.16, 0.22);
  }

  /** Wind in the shafts, as long as the page is open. */
  #breathe(): void {
    const { context, out, noise } = this.#parts();
    if (!context || !out || !noise) return;
    const wind = context.createBufferSource();
    wind.buffer = noise;
    wind.loop = true;
    const low = context.createBiquadFilter();
    low.type = 'lowpass';
    low.frequency.value = 210;
    const swell = context.createOscillator();
    swell.frequency.value = 0.07;
    const depth = context.createGain();
    depth.gain.value = 90;
    swell.connect(depth).connect(low.frequency);
    const level = context.createGain();
    level.gain.value = 0.09;
    wind.connect(low).connect(level).connect(out);
    wind.start();
    swell.start();
  }

  #burst(seconds: number, frequency: number, level: number, side: number): void {
    const { context, out, noise } = this.#parts();
    if (!context || !out || !noise || !this.#isOn) return;
    const source = context.createBufferSource();
    source.buffer = noise;
    const band = context.createBiquadFilter();
    band.type = 'bandpass';
    band.frequency.value = frequency;
    band.Q.value = 0.9;
    const gain = context.createGain();
    gain.gain.setValueAtTime(level, context.currentTime);
    gain.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + seconds);
    const pan = context.createStereoPanner();
    pan.pan.value = side;
    source.connect(band).connect(gain).connect(pan).connect(out);
    source.start(0, Math.random(), seconds);
  }

  #pluck(string: number, inSeconds: number, level: number): void {
    const { context, out } = this.#parts();
    if (!context || !out || !this.#isOn) return;
    const at = context.currentTime + inSeconds;
    const frequency = 196 * 2 ** ((LYRE[string % LYRE.length] as number) / 12);
    [1, 2.003, 3.01].forEach((partial, index) => {
      const tone = context.createOscillator();
      tone.type = index === 0 ? 'triangle' : 'sine';
      tone.frequency.value = frequency * partial;
      const gain = context.createGain();
      gain.gain.setValueAtTime(0, at);
      gain.gain.linearRampToValueAtTime(level / (index + 1) ** 1.6, at + 0.006);
      gain.gain.exponentialRampToValueAtTime(0.0001, at + 1.6 / (index + 1));
      tone.connect(gain).connect(out);
      tone.start(at);
      tone.stop(at + 1.7);
    });
  }

  #parts(): { context: AudioContext | undefined; out: GainNode | undefined; noise: AudioBuffer | undefined } {
    return { context: this.#context, out: this.#out, noise: this.#noise };
  }
}
