/** The colours of seats: told apart at a glance, by most eyes that see few colours too. */

const SEAT_COLOURS = ['#e8b23a', '#3f8fd2', '#d8553f', '#56b870', '#b07cd8', '#e58ab0', '#4cc3c0', '#d9d2c3'] as const;

/** As CSS writes it. */
export function colourOf(seat: number): string {
  return SEAT_COLOURS[seat % SEAT_COLOURS.length] as string;
}

/** Red, green, blue of light, 0 to 1. */
export function lightOf(seat: number): readonly [number, number, number] {
  const colour = Number.parseInt(colourOf(seat).slice(1), 16);
  const linear = (byte: number): number => (byte / 255) ** 2.2;
  return [linear((colour >> 16) & 255), linear((colour >> 8) & 255), linear(colour & 255)];
}
