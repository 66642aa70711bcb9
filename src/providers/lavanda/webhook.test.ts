import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import vector from './fixtures/webhook.json' with { type: 'json' };
import { judgeWebhook } from './webhook.ts';

const account = { clientId: 'c', clientSecret: 's', webhookSecret: vector.secret, baseUrl: 'https://lavanda.test' };
const other = { ...account, webhookSecret: 'whsec_YW5vdGhlci1zZWNyZXQtb2YtMzItYnl0ZXMtbG9uZyEh' };
const silent = { ...account, webhookSecret: undefined };
const sentAt = Number(vector.timestamp) * 1000;

function delivery(changes: Record<string, string> = {}, { prefix = 'svix-', body = vector.body, late = 0 } = {}) {
  const { id, timestamp, signature } = { ...vector, ...changes };
  const headers = { [`${prefix}id`]: id, [`${prefix}timestamp`]: timestamp, [`${prefix}signature`]: signature };
  return { headers, body: new TextEncoder().encode(body), receivedAt: new Date(sentAt + late) };
}

test('the published vector is a hint for the account whose secret signed it', () => {
  const verdict = { valid: true, deliveryId: 'msg_sim0001', accounts: [{ index: 1, events: [] }] };
  expect(judgeWebhook(delivery(), [other, account, silent])).toEqual(verdict);
  expect(judgeWebhook(delivery({}, { prefix: 'webhook-' }), [other, account])).toEqual(verdict);
});

test('every account that holds the secret is concerned', () => {
  const verdict = judgeWebhook(delivery(), [account, other, account]);
  expect(verdict.valid && verdict.accounts.map(({ index }) => index)).toEqual([0, 2]);
});

test('one fitting signature among several is enough, and other versions are passed over', () => {
  const rotated = `v1,AAAA v1a,${vector.signature.slice(3)} ${vector.signature} v2,xyz`;
  expect(judgeWebhook(delivery({ signature: rotated }), [account]).valid).toBe(true);
  const foreign = `v1a,${vector.signature.slice(3)}`;
  expect(judgeWebhook(delivery({ signature: foreign }), [account]).valid).toBe(false);
});

test('a signature that is only decoded to the same bytes is refused', () => {
  const { signature } = vector;
  const spellings = [
    `${signature}=`,
    `${signature},`,
    `${signature},v1`,
    signature.replace(/=+$/, ''),
    `${signature.slice(0, 9)}*${signature.slice(9)}`,
  ];
  for (const spelling of spellings)
    expect(judgeWebhook(delivery({ signature: spelling }), [account]).valid).toBe(false);
});

test('a changed body, id or time is refused', () => {
  expect(judgeWebhook(delivery({}, { body: `${vector.body} ` }), [account]).valid).toBe(false);
  expect(judgeWebhook(delivery({ id: 'msg_sim0002' }), [account]).valid).toBe(false);
  expect(judgeWebhook(delivery({ timestamp: '1760000001' }), [account]).valid).toBe(false);
});

test('the raw bytes are what is signed', () => {
  const body = new Uint8Array([0xff, 0x00, 0xfe]);
  const key = Buffer.from(vector.secret.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`${vector.id}.${vector.timestamp}.`).update(body).digest('base64');
  expect(judgeWebhook({ ...delivery({ signature: `v1,${signature}` }), body }, [account]).valid).toBe(true);
});

test('an id with a dot is refused: the same signed text could then be read as another id and another body', () => {
  const { id, timestamp, secret } = vector;
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const body = `${timestamp}.{}`;
  const signature = `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  expect(judgeWebhook(delivery({ signature }, { body }), [account])).toMatchObject({ valid: true, deliveryId: id });
  const moved = delivery({ id: `${id}.${timestamp}`, signature }, { body: '{}' });
  expect(judgeWebhook(moved, [account])).toMatchObject({ valid: false });
});

test('five minutes either way are accepted, more is a replay', () => {
  for (const late of [300_000, -300_000]) expect(judgeWebhook(delivery({}, { late }), [account]).valid).toBe(true);
  for (const late of [300_001, -300_001]) expect(judgeWebhook(delivery({}, { late }), [account]).valid).toBe(false);
});

test('what is no signed delivery is refused with a reason', () => {
  for (const header of ['id', 'timestamp', 'signature'])
    expect(judgeWebhook(delivery({ [header]: '' }), [account])).toMatchObject({ valid: false });
  for (const timestamp of ['soon', '-5', '1e9', ''])
    expect(judgeWebhook(delivery({ timestamp }), [account]).valid).toBe(false);
  for (const signature of ['v1', 'v1,', ',', 'v1,***', 'nonsense'])
    expect(judgeWebhook(delivery({ signature }), [account]).valid).toBe(false);
  expect(judgeWebhook(delivery(), []).valid).toBe(false);
  expect(judgeWebhook(delivery(), [silent]).valid).toBe(false);
});
