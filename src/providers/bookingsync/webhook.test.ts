import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { credentials } from './fixtures/scripted-bookingsync.ts';
import webhook from './fixtures/webhook.json' with { type: 'json' };
import { judgeWebhook } from './webhook.ts';

// Made with a secret of its own, and recomputed from the documents' description ("Webhooks").
const vectors = [
  ['foo', 'a8886a3565d9bd93afbc2a023df54e9e55f12d84', 'a73b4422f5bdaa3e7af51aed92245316d208aa2e'],
  ['x'.repeat(46), 'd5d64d4448e19627d282cb44b5343f20b0153321', '994b99692ac034595556228c912bae5b2aa1b1a7'],
  [
    '{"account_id":11,"event":"inbox_message_created","resource":{"message":{"id":501}}}',
    'd1d3304a98398af4b6b0dd274c4dfd7634d14cfd',
    '3280687a9f9735f4faead210462731cee3bbd6a0',
  ],
] as const;

const judge = (body: string, signature: string | undefined, accounts = [credentials]) =>
  judgeWebhook(
    {
      headers: signature === undefined ? {} : { 'x-content-signature': signature },
      body: new TextEncoder().encode(body),
      receivedAt: new Date('2026-03-14T10:00:00Z'),
    },
    accounts,
  );
const signed = (body: string, secret = credentials.clientSecret) =>
  createHmac('sha1', secret).update(Buffer.from(body).toString('base64')).digest('hex');

it('signatures fit in both forms that the vendor has had', () => {
  for (const [body, ...forms] of vectors)
    for (const signature of forms) {
      const verdict = judge(body, signature);
      // What is no JSON names no account; that it is said proves that the signature was accepted.
      if (body.startsWith('{')) expect(verdict.valid).toBe(true);
      else expect(verdict).toEqual({ valid: false, reason: 'it names no account' });
    }
});

it('a delivery is a hint for the account that it names, and for all who may be that', () => {
  const body = JSON.stringify(webhook);
  const stranger = { ...credentials, clientSecret: 'another' };
  expect(judge(body, signed(body), [stranger, credentials, credentials])).toEqual({
    valid: true,
    deliveryId: null,
    accounts: [
      { index: 1, events: [], identity: '11' },
      { index: 2, events: [], identity: '11' },
    ],
  });
});

it('what a delivery carries is never believed: it may be old, and out of order', () => {
  const body = JSON.stringify({ ...webhook, event: 'something_new', resource: { message: 7 } });
  expect(judge(body, signed(body))).toMatchObject({ valid: true, accounts: [{ events: [] }] });
});

it('a signature of another secret, of another body or of no form is refused', () => {
  const body = JSON.stringify(webhook);
  const good = signed(body);
  const bad = [undefined, '', ' ', good.slice(1), `${good}0`, `${good} `, good.toUpperCase(), 'é'.repeat(40)];
  for (const signature of [...bad, signed(body, 'another')]) expect(judge(body, signature).valid).toBe(false);
  expect(judge(`${body} `, good).valid).toBe(false);
  expect(judge(body, good, []).valid).toBe(false);
});

it('a delivery that names no account is refused, however well it is signed', () => {
  for (const body of ['', 'null', '[]', '{', '{}', '{"account_id":null}', '{"account_id":{"id":1}}'])
    expect(judge(body, signed(body))).toMatchObject({ valid: false });
  const named = '{"account_id":"11"}';
  expect(judge(named, signed(named))).toMatchObject({ valid: true, accounts: [{ identity: '11' }] });
});
