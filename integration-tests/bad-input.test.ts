import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlayRequest, PlayServiceDefinition } from '@clew/protocol/clew/play/v1/play.ts';
import { callChannel, controlClients } from '@clew/service-kit/control-client';
import { Metadata, Status } from 'nice-grpc';
import { BadRequest, ErrorInfo, RichClientError } from 'nice-grpc-error-details';
import { TestPlayer } from './player.ts';
import { longMatch } from './rules.ts';
import { stackForFile } from './stack.ts';
import { until } from './until.ts';

const stack = stackForFile({ env: longMatch, counts: { edge: 2 } });

const clientOf = (edge = 0) =>
  controlClients.create(PlayServiceDefinition, callChannel([stack().edges[edge]!.grpcAddress]));

const newSecret = () => crypto.getRandomValues(new Uint8Array(32));
const bearer = (token: string) => ({ metadata: new Metadata({ authorization: `Bearer ${token}` }) });
const hands = { forward: 0, strafe: 0, heading: 0, buttons: 0 };

async function signedIn(edge = 0) {
  const client = clientOf(edge);
  const { token } = await client.signIn({ secret: newSecret(), displayName: 'Minos', requestId: crypto.randomUUID() });
  return { client, token };
}

/** What the refusal must say: its status, its reason, and the field that is wrong. */
interface Refusal {
  readonly code: Status;
  readonly reason: string;
  readonly field?: string;
}

async function refused(call: Promise<unknown>, expected: Refusal): Promise<void> {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof RichClientError, `details are there: ${error}`);
    const info = error.extra.find((detail) => detail.$type === ErrorInfo.$type) as ErrorInfo | undefined;
    const bad = error.extra.find((detail) => detail.$type === BadRequest.$type) as BadRequest | undefined;
    assert.deepEqual(
      { code: error.code, reason: info?.reason, domain: info?.domain, field: bad?.fieldViolations[0]?.field },
      { domain: 'clew', field: undefined, ...expected },
    );
    return true;
  });
}

const invalid = (field: string): Refusal => ({ code: Status.INVALID_ARGUMENT, reason: 'INVALID_ARGUMENT', field });

const names: Record<string, string> = {
  empty: '',
  'made of spaces': '   ',
  'too long': 'x'.repeat(25),
  'with control characters': 'Mi\u0007nos',
};
for (const [how, displayName] of Object.entries(names)) {
  test(`refuses a name that is ${how}`, () =>
    refused(
      clientOf().signIn({ secret: newSecret(), displayName, requestId: crypto.randomUUID() }),
      invalid('display_name'),
    ));
}

test('refuses a secret that is not 32 bytes', () =>
  refused(
    clientOf().signIn({ secret: new Uint8Array(31), displayName: 'Minos', requestId: crypto.randomUUID() }),
    invalid('secret'),
  ));

for (const [how, token] of Object.entries({
  'that nobody gave': `s0.${'0'.repeat(32)}.${'A'.repeat(43)}`,
  'that is none': 'open sesame',
})) {
  test(`refuses a token ${how}`, async () => {
    const client = clientOf();
    const unknown = { code: Status.UNAUTHENTICATED, reason: 'TOKEN_UNKNOWN' };
    await refused(client.resume({ requestId: crypto.randomUUID() }, bearer(token)), unknown);
    await refused(client.leave({}, bearer(token)), unknown);
    await refused(client.findMatch({ requestId: crypto.randomUUID() }, bearer(token)), unknown);
    await refused(firstOf(client.watch({}, bearer(token))), unknown);
  });
}

test('refuses a call without a token', () =>
  refused(clientOf().leave({}), { code: Status.UNAUTHENTICATED, reason: 'TOKEN_MISSING' }));

test('refuses the token of a session that is over', async () => {
  const { client, token } = await signedIn();
  await client.leave({}, bearer(token));
  await refused(client.resume({ requestId: crypto.randomUUID() }, bearer(token)), {
    code: Status.UNAUTHENTICATED,
    reason: 'TOKEN_UNKNOWN',
  });
});

test("a foreign secret is another player, who gets nothing of the first one's", async () => {
  using owner = new TestPlayer(stack());
  await owner.play();
  using stranger = await new TestPlayer(stack()).signIn();
  assert.notEqual(stranger.id, owner.id);
  assert.equal(stranger.client.state.kind, 'lobby');
  await owner.sees(10);
  await Promise.all([owner.client.leave(), stranger.client.leave()]);
});

test('a stream that is opened twice ends the older one, and says why', async () => {
  const { client, token } = await signedIn();
  const first = lastOf(client.watch({}, bearer(token)));
  const second = client.watch({}, bearer(token))[Symbol.asyncIterator]();
  await Promise.all([refused(first, { code: Status.ABORTED, reason: 'SESSION_REPLACED' }), second.next()]);
  await client.leave({}, bearer(token));
});

test('refuses to steer without a stream', async () => {
  const { client, token } = await signedIn();
  await refused(client.steer({ inputs: [{ sequence: 1, tick: 1, ...hands }] }, bearer(token)), {
    code: Status.FAILED_PRECONDITION,
    reason: 'WRONG_EDGE',
  });
  await client.leave({}, bearer(token));
});

test('refuses inputs that cannot be, naming the field, and plays on', async () => {
  const { client, token } = await signedIn();
  let tick = 0;
  const watching = (async () => {
    for await (const { header } of client.watch({}, bearer(token))) if (header) tick = header.tick;
  })().catch(() => {});
  await until('one can ask for a match', () =>
    client.findMatch({ requestId: crypto.randomUUID() }, bearer(token)).then(
      () => true,
      () => false,
    ),
  );
  await until('frames come', () => tick > 0);

  const steer = (input: object) =>
    client.steer({ inputs: [{ sequence: 1, tick: tick + 1, ...hands, ...input }] }, bearer(token));
  await refused(steer({ forward: 128 }), invalid('inputs[0].forward'));
  await refused(steer({ strafe: -128 }), invalid('inputs[0].strafe'));
  await refused(steer({ heading: 65_536 }), invalid('inputs[0].heading'));
  await refused(steer({ buttons: 8 }), invalid('inputs[0].buttons'));
  await refused(steer({ sequence: 0 }), invalid('inputs[0].sequence'));
  await refused(steer({ tick: tick + 1_000 }), invalid('inputs[0].tick'));
  const signOfLife = () => client.steer({ inputs: [] }, bearer(token));
  await until('there is a past', async () => {
    await signOfLife();
    return tick > 150;
  });
  await refused(steer({ tick: tick - 140 }), invalid('inputs[0].tick'));
  const many = Array.from({ length: 33 }, (_, index) => ({ sequence: index + 1, tick: tick + 1, ...hands }));
  await refused(client.steer({ inputs: many }, bearer(token)), invalid('inputs'));

  const seen = tick;
  await until('frames still come', () => tick > seen + 5);
  await client.leave({}, bearer(token));
  await watching;
});

test('refuses messages over the size limit', async () => {
  const { client, token } = await signedIn();
  const oversized = { secret: new Uint8Array(64 * 1024), displayName: 'Minos', requestId: crypto.randomUUID() };
  await assert.rejects(client.signIn(oversized), { code: Status.RESOURCE_EXHAUSTED });
  const response = await fetch(`${stack().edges[0]!.webUrl}/clew.play.v1.PlayService/Steer`, {
    method: 'POST',
    headers: { 'content-type': 'application/grpc-web+proto', authorization: `Bearer ${token}` },
    body: new Uint8Array(64 * 1024),
  });
  assert.match(response.headers.get('grpc-status') ?? (await response.text()), /8/);
  await client.leave({}, bearer(token));
});

test('garbage on the web door is refused, and the edge lives on', async () => {
  const { webUrl } = stack().edges[0]!;
  const body = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
  const pid = stack().edges[0]!.pid;
  for (const type of ['application/grpc-web+proto', 'application/grpc-web-text', 'application/json']) {
    for (const method of ['SignIn', 'Watch', 'Steer', 'Nonsense']) {
      for (const bytes of [0, 3, 5, 200]) {
        const response = await fetch(`${webUrl}/clew.play.v1.PlayService/${method}`, {
          method: 'POST',
          headers: { 'content-type': type },
          body: body(bytes),
        });
        await response.arrayBuffer();
        assert.notEqual(response.headers.get('grpc-status'), '0');
      }
    }
  }
  const truncated = PlayRequest.encode({ inputs: [{ sequence: 1, tick: 1, ...hands }] })
    .finish()
    .subarray(1);
  await fetch(`${webUrl}/clew.play.v1.PlayService/Steer`, {
    method: 'POST',
    headers: { 'content-type': 'application/grpc-web+proto' },
    body: new Uint8Array([0, 0, 0, 0, truncated.length, ...truncated]),
  });
  assert.equal(stack().edges[0]!.pid, pid);
  using player = await new TestPlayer(stack(), { door: 'web' }).signIn();
  await player.client.leave();
});

async function firstOf<Message>(stream: AsyncIterable<Message>): Promise<Message | undefined> {
  for await (const message of stream) return message;
  return undefined;
}

async function lastOf(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}
