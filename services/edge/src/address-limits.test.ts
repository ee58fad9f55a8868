import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Collections } from '@clew/service-kit/collections';
import { AddressLimits } from './address-limits.ts';

const rate = { perSecond: 1, burst: 2 };

suite('limits by address', () => {
  test('refuse sign-ins over the rate, of that address only', () => {
    let now = 1;
    const limits = new AddressLimits(new Collections(), rate, () => now);
    limits.signIn('10.0.0.1');
    limits.signIn('10.0.0.1');
    assert.throws(() => limits.signIn('10.0.0.1'), { reason: 'SIGN_IN_RATE' });
    limits.signIn('10.0.0.2');
    now = 1_001;
    limits.signIn('10.0.0.1');
  });

  test('take one household of IPv6 for one address, and mapped IPv4 for IPv4', () => {
    const limits = new AddressLimits(new Collections(), rate, () => 1);
    limits.signIn('2001:db8:1:2::1');
    limits.signIn('2001:db8:1:2:aaaa:bbbb:cccc:dddd');
    assert.throws(() => limits.signIn('2001:db8:1:2::3'), { reason: 'SIGN_IN_RATE' });
    limits.signIn('2001:db8:1:3::1');
    limits.signIn('::ffff:10.0.0.1');
    limits.signIn('10.0.0.1');
    assert.throws(() => limits.signIn('10.0.0.1'), { reason: 'SIGN_IN_RATE' });
  });

  test('stop tokens of an address only after too many were refused', () => {
    const limits = new AddressLimits(new Collections(), rate, () => 1);
    for (let n = 0; n < 10; n++) limits.checkToken('10.0.0.1');
    limits.tokenRefused('10.0.0.1');
    limits.tokenRefused('10.0.0.1');
    assert.throws(() => limits.checkToken('10.0.0.1'), { reason: 'TOKEN_RATE' });
    limits.checkToken('10.0.0.2');
  });

  test('forget an address when its past makes no difference any more', () => {
    let now = 1;
    const collections = new Collections();
    const limits = new AddressLimits(collections, rate, () => now);
    const size = () => collections.report()[0]?.size;
    limits.signIn('10.0.0.1');
    limits.signIn('10.0.0.1');
    now += 1_900;
    limits.forget();
    assert.equal(size(), 1);
    now += 200;
    limits.forget();
    assert.equal(size(), 0);
  });

  test('forget an address whose tokens were refused in the same way', () => {
    let now = 1;
    const collections = new Collections();
    const limits = new AddressLimits(collections, rate, () => now);
    const size = () => collections.report()[1]?.size;
    limits.tokenRefused('10.0.0.1');
    assert.equal(size(), 1);
    now += 2_100;
    limits.forget();
    assert.equal(size(), 0);
  });

  test('remember no more addresses than their bound', () => {
    const collections = new Collections();
    const limits = new AddressLimits(collections, rate, () => 1);
    for (let n = 0; n < 10_050; n++) limits.signIn(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`);
    const [signIns] = collections.report();
    assert.equal(signIns?.size, 10_000);
  });
});
