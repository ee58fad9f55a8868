import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AlertWebhook, type SeenAlert } from './alert-webhook.ts';

const never = new AbortController().signal;

/** Sends what Alertmanager would: its whole group, each time that something in it changes. */
async function tell(webhook: AlertWebhook, ...alerts: [name: string, status: string][]): Promise<void> {
  const body = {
    alerts: alerts.map(([alertname, status]) => ({
      status,
      labels: { alertname },
      annotations: { summary: alertname },
    })),
  };
  await fetch(`${webhook.url}/alerts`, { method: 'POST', body: JSON.stringify(body) });
}

const names = ({ alerts }: AlertWebhook) => alerts.map(({ name, status }) => `${name} ${status}`);
const isMemory = ({ name }: SeenAlert) => name === 'MemoryGrows';

test('an alert counts once however often its group is told, and again when it comes back', async () => {
  await using webhook = await AlertWebhook.listen();
  await tell(webhook, ['MemoryGrows', 'firing']);
  await tell(webhook, ['MemoryGrows', 'firing'], ['RedisDown', 'firing']);
  await tell(webhook, ['MemoryGrows', 'resolved'], ['RedisDown', 'firing']);
  await tell(webhook, ['MemoryGrows', 'firing']);
  assert.deepEqual(names(webhook), [
    'MemoryGrows firing',
    'RedisDown firing',
    'MemoryGrows resolved',
    'MemoryGrows firing',
  ]);
});

test('who waits for an alert gets that one, and nothing when it does not come in time', async () => {
  await using webhook = await AlertWebhook.listen();
  const wanted = webhook.next(isMemory, 60_000, never);
  await tell(webhook, ['RedisDown', 'firing']);
  await tell(webhook, ['MemoryGrows', 'firing']);
  assert.equal((await wanted)?.name, 'MemoryGrows');
  assert.equal(await webhook.next(isMemory, 1, never), undefined);
});

test('the heartbeat of the pipeline is no alert', async () => {
  await using webhook = await AlertWebhook.listen();
  await fetch(`${webhook.url}/heartbeat`, { method: 'POST', body: '{}' });
  assert.equal(webhook.heartbeats, 1);
  assert.deepEqual(webhook.alerts, []);
});
