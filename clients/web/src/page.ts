/** The page: all its parts, and who knows whom. */
import { browserStore, ClewClient, socketTransport } from '@clew/client';
import { Backdrop } from './play/backdrop.ts';
import { Controls } from './play/controls.ts';
import { Game } from './play/game.ts';
import { GameView } from './play/game-view.ts';
import { keepsakesIn } from './play/keepsakes.ts';
import { Probe } from './play/probe.ts';
import { Sound } from './play/sound.ts';
import { Traveller } from './play/traveller.ts';
import { finenessIn } from './quality.ts';
import { Board } from './screens/board.ts';
import { Hud } from './screens/hud.ts';
import { Menu } from './screens/menu.ts';
import { Notice } from './screens/notice.ts';
import { StartScreen } from './screens/start-screen.ts';
import { Stage } from './stage.ts';

/** Makes the parts of the page and starts them. Throws where the browser offers no WebGL 2 or no storage. */
export function openPage(): void {
  const asked = new URLSearchParams(location.search);
  const steady = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const keepsakes = keepsakesIn(localStorage);
  const store = browserStore();
  const wasHere = store.loadToken() !== undefined;
  const client = new ClewClient({ edge: location.origin, transport: socketTransport(), store });

  const stage = new Stage(document.querySelector('#view') as HTMLCanvasElement, {
    steady,
    fineness: finenessIn(asked.get('fineness')),
  });
  const controls = new Controls(stage.canvas);
  const sound = new Sound(keepsakes.sound);
  const start = new StartScreen(keepsakes.name, (name) => {
    keepsakes.name = name;
    sound.wake();
    void game.play();
  });
  const hud = new Hud(toggleSound, () => menu.open());
  hud.hasSound = sound.isOn;
  const menu = new Menu(
    () => {
      menu.close();
      controls.isActive = true;
      controls.lock();
    },
    () => void game.cancel(),
    () => void game.leave(),
  );
  const board = new Board(
    () => void game.play(),
    () => void game.leave(),
  );
  const notice = new Notice();
  const traveller = new Traveller(sound, (news) => hud.tell(news), steady);
  const probe = new Probe();
  document.body.append(hud.root, board.root, start.root, notice.root, menu.root);

  const game = new Game({
    client,
    view: new GameView({ stage, controls, hud, board, traveller }),
    backdrop: new Backdrop(stage, steady),
    controls,
    start,
    notice,
    board,
    menu,
    probe,
    name: () => keepsakes.name,
  });
  if (asked.has('debug')) probe.open(client, controls, stage);
  stage.run((nowMs, seconds) => game.frame(nowMs, seconds));
  if (wasHere) void game.goOn();

  document.addEventListener('visibilitychange', () => {
    if (document.hidden) game.rest();
  });
  window.addEventListener('pointerdown', () => sound.wake());
  window.addEventListener('keydown', (event) => {
    if (event.target instanceof HTMLInputElement) return;
    sound.wake();
    if (event.code === 'KeyM' && !event.repeat) toggleSound();
    // Esc frees the mouse first; only then it opens and closes the menu.
    if (event.code === 'Escape' && !event.repeat && client.state.kind === 'seated') {
      if (menu.isOpen) menu.close();
      else menu.open();
    }
  });

  function toggleSound(): void {
    sound.isOn = !sound.isOn;
    keepsakes.sound = sound.isOn;
    hud.hasSound = sound.isOn;
    stage.canvas.focus({ preventScroll: true });
  }
}
