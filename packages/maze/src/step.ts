import { canMove, FLAG_BOT, FLAG_DETACHED, FLAG_LADDER, FLAG_OUT, FLAG_SPRINT } from './avatar.ts';
import { bot } from './bot.ts';
import { pickUpClews } from './finds.ts';
import { type Hands, restingHands } from './input.ts';
import type { JournalRecord } from './journal.ts';
import { Phase } from './level.ts';
import { isOnLadder, isSprinting, look, move } from './movement.ts';
import { beginPhase, endClimbing, noteArrivals } from './phases.ts';
import { driverOf, takeRecord } from './seats.ts';
import { wallsOf } from './walls.ts';
import type { Figure, World } from './world.ts';

/**
 * One tick: `world.tick` grows by one and all that came in that tick happens. Changes the world in place (it is large
 * and there are many); whoever needs the old one keeps a clone. Seats that do not exist are ignored.
 */
export function step(world: World, record: JournalRecord): void {
  world.tick++;
  takeRecord(world, record);
  beginPhase(world);
  const hands = world.avatars.map((figure) => handsNow(world, figure));
  moveFigures(world, hands);
  if (world.level.phase === Phase.CLIMBING) {
    pickUpClews(world);
    noteArrivals(world);
    endClimbing(world);
  }
  for (const figure of world.avatars) figure.flags = flagsNow(world, figure, hands[figure.seat]!);
}

/** What moves a figure in this tick: its player's hands while they hold, nothing, or the bot's. */
function handsNow(world: World, figure: Figure): Hands {
  switch (driverOf(figure, world.tick)) {
    case 'player':
      return world.tick < figure.handsEndTick ? figure.hands : restingHands(figure.heading);
    case 'nobody':
      return restingHands(figure.heading);
    case 'bot':
      return bot(world, figure.seat);
  }
}

function moveFigures(world: World, hands: readonly Hands[]): void {
  const walls = wallsOf(world.layout);
  for (const figure of world.avatars) {
    const held = hands[figure.seat]!;
    const body = canMove(world.level, figure) ? move(figure, held, walls) : look(figure, held);
    figure.x = body.x;
    figure.y = body.y;
    figure.z = body.z;
    figure.heading = body.heading;
  }
}

function flagsNow(world: World, figure: Figure, hands: Hands): number {
  let flags = 0;
  if (driverOf(figure, world.tick) === 'bot') flags |= FLAG_BOT;
  if (figure.taken && !figure.attached) flags |= FLAG_DETACHED;
  if (figure.arrival > 0) flags |= FLAG_OUT;
  if (isOnLadder(figure)) flags |= FLAG_LADDER;
  else if (figure.arrival === 0 && world.level.phase === Phase.CLIMBING && isSprinting(hands)) flags |= FLAG_SPRINT;
  return flags;
}
