/** The game without a server: see rehearsal.ts. `?level=3&seed=7`; `dev` in the console moves the eye and the world. */
import { generateMaze, type Hands } from '@clew/maze';
import { Controls } from './play/controls.ts';
import { GameView } from './play/game-view.ts';
import { Rehearsal } from './play/rehearsal.ts';
import { Sound } from './play/sound.ts';
import { Traveller } from './play/traveller.ts';
import { finenessIn } from './quality.ts';
import { Board } from './screens/board.ts';
import { Hud } from './screens/hud.ts';
import { Stage } from './stage.ts';

const asked = new URLSearchParams(location.search);
const seed = Number(asked.get('seed') ?? 5);
const stage = new Stage(document.querySelector('#view') as HTMLCanvasElement, {
  steady: false,
  checksShaders: true,
  fineness: finenessIn(asked.get('fineness')),
});
const controls = new Controls(stage.canvas);
const sound = new Sound(true);
const hud = new Hud(
  () => {},
  () => {},
);
const board = new Board(
  () => location.reload(),
  () => location.reload(),
);
hud.hasSound = true;
document.body.append(hud.root, board.root);
const traveller = new Traveller(sound, (news) => hud.tell(news), false);
const gameView = new GameView({ stage, controls, hud, board, traveller });
const rehearsal = new Rehearsal({ seed, rules: { baseSize: Number(asked.get('size') ?? 10) } }, performance.now());
const { world } = rehearsal;
const level = Number(asked.get('level') ?? 1);
if (level > 1) {
  const maze = generateMaze(seed, level, world.rules);
  Object.assign(world, { ...maze, level: { ...world.level, number: level } });
  world.avatars.forEach((figure, index) => {
    const start = maze.starts[index % maze.starts.length] as number;
    Object.assign(figure, {
      x: (start % maze.layout.width) * 1_024 + 512,
      y: (Math.floor(start / maze.layout.width) % maze.layout.height) * 1_024 + 512,
      z: 0,
    });
  });
}
controls.face(world.avatars[0]?.heading ?? 0);
const dev = { stage, controls, rehearsal, frameMs: 0, hands: undefined as Hands | undefined };
Object.assign(window, { dev });
window.addEventListener('pointerdown', () => sound.wake());
controls.isActive = true;
stage.run((nowMs, seconds) => {
  dev.frameMs += (seconds * 1_000 - dev.frameMs) * 0.1;
  gameView.show(rehearsal.sample(nowMs, dev.hands ?? controls.hands(seconds)), seconds, false);
  document.documentElement.dataset.level = `${world.level.number}`;
});
