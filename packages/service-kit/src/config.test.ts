import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { addresses, ConfigError, count, milliseconds, parseConfig, port, serviceFields } from './config.ts';

suite('a configuration', () => {
  test('has defaults for all that every service reads, and they stay on this machine', () => {
    const config = parseConfig(serviceFields, {});
    assert.equal(config.HOST, '127.0.0.1');
    assert.equal(config.REDIS_URL, 'redis://127.0.0.1:6379');
    assert.equal(config.GRPC_PORT, 0);
    assert.equal(config.LOG_LEVEL, 'info');
  });

  test('is read from variables with the prefix, and only from those', () => {
    const config = parseConfig(
      { ...serviceFields, LEASE_MS: milliseconds(5) },
      { CLEW_LEASE_MS: '250', LEASE_MS: '7', CLEW_GRPC_PORT: '7001' },
    );
    assert.equal(config.LEASE_MS, 250);
    assert.equal(config.GRPC_PORT, 7001);
  });

  test('takes an empty variable for one that is unset', () => {
    assert.equal(parseConfig({ LEASE_MS: milliseconds(5) }, { CLEW_LEASE_MS: '' }).LEASE_MS, 5);
  });

  test('tells all faults at once, each with the variable’s name', () => {
    const fields = { ...serviceFields, SEATS: count(8, 1, 8), LEASE_MS: milliseconds(5), PEERS: addresses() };
    const env = {
      CLEW_REDIS_URL: 'http://127.0.0.1',
      CLEW_GRPC_PORT: '70000',
      CLEW_LOG_LEVEL: 'loud',
      CLEW_SEATS: '9',
      CLEW_LEASE_MS: 'soon',
      CLEW_PEERS: '127.0.0.1:1,nonsense',
    };
    assert.throws(
      () => parseConfig(fields, env),
      (error: Error) => {
        assert.ok(error instanceof ConfigError);
        const lines = error.message.split('\n');
        for (const name of Object.keys(env))
          assert.ok(
            lines.some((line) => line.startsWith(name)),
            name,
          );
        return true;
      },
    );
  });

  test('refuses whole numbers that are not, and times that are none', () => {
    for (const value of ['1.5', '-1', 'NaN', '1e400', '0']) {
      assert.throws(() => parseConfig({ LEASE_MS: milliseconds(5) }, { CLEW_LEASE_MS: value }), ConfigError, value);
    }
    assert.throws(() => parseConfig({ GRPC_PORT: port(0) }, { CLEW_GRPC_PORT: '-1' }), ConfigError);
  });

  test('cannot be changed', () => {
    const config = parseConfig({ LEASE_MS: milliseconds(5) }, {});
    assert.throws(() => Object.assign(config, { LEASE_MS: 6 }), TypeError);
  });

  test('takes lists of addresses', () => {
    const peers = (list: string) => parseConfig({ PEERS: addresses() }, { CLEW_PEERS: list }).PEERS;
    assert.deepEqual(peers('127.0.0.1:1, 127.0.0.2:1'), ['127.0.0.1:1', '127.0.0.2:1']);
    assert.deepEqual(peers('session:7000'), ['session:7000']);
    // gRPC resolves one name, or takes literals: several names would fail only when the service starts.
    assert.throws(() => peers('session-1:7000,session-2:7000'), /CLEW_PEERS.*IPv4/);
    assert.throws(() => peers('127.0.0.1:1,session:7000'), /CLEW_PEERS.*IPv4/);
  });
});
