import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newSecret } from './secret.ts';
import { browserStore, type StoreWindow } from './store.ts';

class FakeStorage {
  readonly items = new Map<string, string>();
  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }
  removeItem(key: string): void {
    this.items.delete(key);
  }
}

function page(localStorage: FakeStorage, sessionStorage: FakeStorage) {
  const events = new EventTarget();
  const shown: StoreWindow = {
    localStorage,
    sessionStorage,
    addEventListener: (type, listener) => events.addEventListener(type, listener),
    removeEventListener: (type, listener) => events.removeEventListener(type, listener),
  };
  return { shown, hide: () => events.dispatchEvent(new Event('pagehide')) };
}

test('all tabs have one secret', () => {
  const local = new FakeStorage();
  const secret = newSecret();
  browserStore(page(local, new FakeStorage()).shown).saveSecret(secret);
  assert.deepEqual(browserStore(page(local, new FakeStorage()).shown).loadSecret(), secret);
});

test('what somebody else wrote is no secret', () => {
  const local = new FakeStorage();
  local.setItem('clew.secret', 'abc');
  assert.equal(browserStore(page(local, new FakeStorage()).shown).loadSecret(), undefined);
});

test('a reload gets the token; a tab that was duplicated meanwhile does not', () => {
  const session = new FakeStorage();
  const first = page(new FakeStorage(), session);
  const store = browserStore(first.shown);
  store.saveToken('s1.p.1');
  assert.equal(session.items.size, 0);
  first.hide();
  assert.equal(browserStore(page(new FakeStorage(), session).shown).loadToken(), 's1.p.1');
  assert.equal(session.items.size, 0);
});

test('a closed store does not listen any more', () => {
  const session = new FakeStorage();
  const first = page(new FakeStorage(), session);
  const store = browserStore(first.shown);
  store.saveToken('s1.p.1');
  store.close?.();
  first.hide();
  assert.equal(session.items.size, 0);
});
