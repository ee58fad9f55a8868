import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ClientError, ServerError, Status } from 'nice-grpc-common';
import { BadRequest, ErrorInfo, RetryInfo, RichClientError } from 'nice-grpc-error-details';
import { exhausted, invalidField, ServiceError, unavailable } from './service-error.ts';

const info = (reason: string) => ErrorInfo.fromPartial({ reason, domain: 'clew' });

suite('a refusal', () => {
  test('of a field names it in words and in details', () => {
    const error = invalidField('inputs[2].forward', 'must be at most 127');
    assert.equal(error.status, Status.INVALID_ARGUMENT);
    assert.equal(error.message, 'inputs[2].forward must be at most 127');
    assert.deepEqual(error.details, [
      info('INVALID_ARGUMENT'),
      BadRequest.fromPartial({
        fieldViolations: [{ field: 'inputs[2].forward', description: 'must be at most 127' }],
      }),
    ]);
  });

  test('that passes says when to try again', () => {
    const retry = RetryInfo.fromPartial({ retryDelay: { seconds: 1, nanos: 250_000_000 } });
    assert.deepEqual(unavailable('REDIS_AWAY', 'away', 1_250).details, [info('REDIS_AWAY'), retry]);
    assert.deepEqual(exhausted('FULL', 'full', 1_250).details, [info('FULL'), retry]);
    assert.equal(exhausted('FULL', 'full', 1_250).status, Status.RESOURCE_EXHAUSTED);
  });
});

suite('the funnel', () => {
  test('leaves a refusal as it is', () => {
    const error = unavailable('REDIS_AWAY', 'away', 1);
    assert.equal(ServiceError.from(error), error);
  });

  test('answers the unknown neutrally and keeps it as cause', () => {
    for (const thrown of [new TypeError('x of undefined'), 'a string', undefined, null, { code: 5 }]) {
      const error = ServiceError.from(thrown);
      assert.equal(error.status, Status.INTERNAL);
      assert.equal(error.message, 'something went wrong on our side');
      assert.equal(error.cause, thrown);
    }
  });

  test('keeps the status that a library set', () => {
    const error = ServiceError.from(new ServerError(Status.NOT_FOUND, 'no such name'));
    assert.equal(error.status, Status.NOT_FOUND);
    assert.equal(error.reason, 'NOT_FOUND');
    assert.equal(error.cause, undefined);
  });

  test('passes the refusal of a service of ours on, whole', () => {
    const retry = RetryInfo.fromPartial({ retryDelay: { seconds: 1, nanos: 0 } });
    const refused = new RichClientError('/x/Y', Status.UNAVAILABLE, 'the store is away', [info('REDIS_AWAY'), retry]);
    const error = ServiceError.from(refused);
    assert.equal(error.status, Status.UNAVAILABLE);
    assert.equal(error.reason, 'REDIS_AWAY');
    assert.equal(error.message, 'the store is away');
    assert.deepEqual(error.details, [info('REDIS_AWAY'), retry]);
  });

  test('tells nothing of the addresses of a service that did not answer', () => {
    for (const code of [Status.UNAVAILABLE, Status.DEADLINE_EXCEEDED]) {
      const error = ServiceError.from(new ClientError('/x/Y', code, 'connect ECONNREFUSED 10.0.0.7:7001'));
      assert.equal(error.status, Status.UNAVAILABLE);
      assert.equal(error.reason, 'SERVICE_AWAY');
      assert.doesNotMatch(error.message, /10\.0\.0\.7/);
    }
  });

  test('answers a failure behind it neutrally', () => {
    const error = ServiceError.from(new ClientError('/x/Y', Status.INTERNAL, 'stack of theirs'));
    assert.equal(error.status, Status.INTERNAL);
    assert.equal(error.message, 'something went wrong on our side');
  });
});
