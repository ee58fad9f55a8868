import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFlags } from './flags.ts';

const flagsOf = (...args: string[]) => {
  const parsed = parseFlags(args);
  return parsed.kind === 'flags' ? parsed.flags : assert.fail(JSON.stringify(parsed));
};
const faultOf = (...args: string[]) => {
  const parsed = parseFlags(args);
  return parsed.kind === 'fault' ? parsed.message : assert.fail(JSON.stringify(parsed));
};

test('without flags eight bots play over gRPC until they are stopped', () => {
  assert.deepEqual(flagsOf(), {
    ...{ players: 8, seconds: 0, warmUp: 0, transport: 'grpc', edge: '127.0.0.1:8081', name: 'Bot', json: false },
    ...{ latency: 0, jitter: 0, stall: 0 },
  });
});

test('the edge that is meant depends on the transport', () => {
  assert.equal(flagsOf('--transport', 'web').edge, 'http://127.0.0.1:8080');
  assert.equal(flagsOf('--transport', 'ws').edge, 'http://127.0.0.1:8080');
  assert.equal(flagsOf('--transport', 'web', '--edge', 'https://clew.example/play').edge, 'https://clew.example');
  assert.equal(flagsOf('--edge', 'edge.example:9000').edge, 'edge.example:9000');
});

test('each fault is one line that names the flag', () => {
  const faults = [
    faultOf('--players', '0'),
    faultOf('--players', 'many'),
    faultOf('--seconds', '-1'),
    faultOf('--transport', 'carrier pigeon'),
    faultOf('--edge', 'http://127.0.0.1:8080'),
    faultOf('--transport', 'web', '--edge', '127.0.0.1'),
    faultOf('--name', 'a name that is far too long'),
    faultOf('--unknown'),
    faultOf('stray'),
    faultOf('--latency', '-1'),
    faultOf('--jitter', 'some'),
    faultOf('--transport', 'web', '--edge', 'https://clew.example', '--stall', '100'),
  ];
  for (const fault of faults) assert.doesNotMatch(fault, /\n/);
  assert.match(faults[0]!, /--players/);
  assert.match(faults[4]!, /--edge must be host:port/);
});

test('help tells all flags', () => {
  const parsed = parseFlags(['--help']);
  const text = parsed.kind === 'help' ? parsed.text : '';
  const rough = ['--latency', '--jitter', '--stall'];
  for (const flag of ['--players', '--seconds', '--warm-up', '--transport', '--edge', '--name', '--json', ...rough]) {
    assert.match(text, new RegExp(flag));
  }
});
