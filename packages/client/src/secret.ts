/** A new player: 32 random bytes. */
export function newSecret(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(32));
}
