/**
 * What of a player outlives the client: the secret (who the player is) and the token (the session). Whoever reads the
 * secret is the player; keep both where only this player's programs read.
 */
export interface Store {
  /** 32 bytes, or undefined when the player is new. */
  loadSecret(): Uint8Array | undefined;
  saveSecret(secret: Uint8Array): void;
  /** The token of a session that may still live, or undefined. Then `signIn` enters that session without asking. */
  loadToken(): string | undefined;
  /** Each rotation; undefined: the session is over. */
  saveToken(token: string | undefined): void;
  /** The client was closed. */
  close?(): void;
}

/** Keeps both in memory, for programs whose players end with them. */
export function memoryStore(secret?: Uint8Array): Store {
  let keptSecret = secret;
  let keptToken: string | undefined;
  return {
    loadSecret: () => keptSecret,
    saveSecret: (value) => {
      keptSecret = value;
    },
    loadToken: () => keptToken,
    saveToken: (token) => {
      keptToken = token;
    },
  };
}

/** The part of a browser's window that `browserStore` needs. */
export interface StoreWindow {
  readonly localStorage: Pick<Storage, 'getItem' | 'setItem'>;
  readonly sessionStorage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  addEventListener(type: 'pagehide', listener: () => void): void;
  removeEventListener(type: 'pagehide', listener: () => void): void;
}

const SECRET = 'clew.secret';
const TOKEN = 'clew.token';

/**
 * Keeps the secret in localStorage (all tabs are one player) and hands the token from a page to its own reload. The
 * token lies in sessionStorage only between `pagehide` and the next load: a duplicated tab finds none, so it takes
 * nothing over without being asked.
 */
export function browserStore(page: StoreWindow = window): Store {
  let token = page.sessionStorage.getItem(TOKEN) ?? undefined;
  page.sessionStorage.removeItem(TOKEN);
  const hand = () => {
    if (token !== undefined) page.sessionStorage.setItem(TOKEN, token);
  };
  page.addEventListener('pagehide', hand);
  return {
    loadSecret: () => secretOf(page.localStorage.getItem(SECRET)),
    saveSecret: (secret) => page.localStorage.setItem(SECRET, hexOf(secret)),
    loadToken: () => token,
    saveToken: (value) => {
      token = value;
    },
    close: () => page.removeEventListener('pagehide', hand),
  };
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What somebody else wrote there is no secret of ours. */
function secretOf(hex: string | null): Uint8Array | undefined {
  if (hex === null || !/^[0-9a-f]{64}$/.test(hex)) return undefined;
  return Uint8Array.from({ length: 32 }, (_, index) => Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16));
}
