/** Bots are called after those who had to do with the first labyrinth. */
const NAMES = ['Ariadne', 'Theseus', 'Daedalus', 'Icarus', 'Phaedra', 'Minos', 'Pasiphae', 'Talos'];

/** What the bot of a seat is called; no two seats share a name. */
export function botName(seat: number): string {
  const round = (seat / NAMES.length) | 0;
  const name = NAMES[seat % NAMES.length]!;
  return round === 0 ? name : `${name} ${round + 1}`;
}
