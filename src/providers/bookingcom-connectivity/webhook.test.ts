import { describe, expect, test } from 'vitest';
import notification from './fixtures/notification.json' with { type: 'json' };
import { conversationId, credentials } from './fixtures/scripted-booking.ts';
import { signToken } from './push-token.ts';
import { tokenRoute } from './token-route.ts';
import { judgeNotification } from './webhook.ts';

const client = { clientId: 'cns', clientSecret: 'a-secret-of-some-length' };
const account = { ...credentials, webhook: client };
const stranger = { ...credentials, webhook: { ...client, clientSecret: 'another-secret-of-length' } };
const silent = credentials;
const now = new Date('2026-03-14T09:27:00Z');

const bytes = (body: unknown) => new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));
const delivery = (body: unknown = notification, { token = signToken(client, now), at = now } = {}) => ({
  headers: { authorization: `Bearer ${token}` },
  body: bytes(body),
  receivedAt: at,
});
const eventsOf = (body: unknown) => {
  const verdict = judgeNotification(delivery(body), [account]);
  return verdict.valid ? (verdict.accounts[0]?.events ?? []) : [];
};

describe('a notification', () => {
  test('with a token of ours tells its message in full, under its own id', () => {
    const verdict = judgeNotification(delivery(), [stranger, account, silent]);
    expect(verdict).toMatchObject({ valid: true, deliveryId: notification.metadata.uuid, accounts: [{ index: 1 }] });
    const told = {
      externalId: notification.payload.message_id,
      body: notification.payload.content,
      sentBy: 'participant',
    };
    expect(eventsOf(notification)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'booking' }),
        expect.objectContaining({
          type: 'message',
          conversation: conversationId,
          message: expect.objectContaining(told),
        }),
        expect.objectContaining({ type: 'stale' }),
      ]),
    );
  });

  test('concerns, of several accounts, those to which the property belongs', () => {
    const elsewhere = { ...account, propertyIds: ['9'] };
    const indexes = (accounts: readonly (typeof account)[]) => {
      const verdict = judgeNotification(delivery(), accounts);
      return verdict.valid ? verdict.accounts.map(({ index }) => index) : [];
    };
    expect(indexes([elsewhere, account, account])).toEqual([1, 2]);
    expect(indexes([elsewhere])).toEqual([0]);
  });

  test('without a good token is refused', () => {
    const good = signToken(client, now);
    const [head = '', claims = ''] = good.split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
    const bad = [
      ...['', 'x', `${head}.${claims}`, `${head}.${claims}.`, `${none}.${claims}.`, `${good}x`, good.slice(0, -1)],
      ...[...good]
        .map((sign, at) => good.slice(0, at) + (sign === '0' ? 'b' : '0') + good.slice(at + 1))
        .filter((one) => one !== good),
      signToken({ ...client, clientSecret: 'another-secret-of-length' }, now),
    ];
    for (const token of bad) expect(judgeNotification(delivery(notification, { token }), [account]).valid).toBe(false);
    for (const authorization of [good, `Basic ${good}`, `Bearer${good}`, `Bearer ${good} ${good}`])
      expect(judgeNotification({ ...delivery(), headers: { authorization } }, [account]).valid).toBe(false);
    expect(judgeNotification({ ...delivery(), headers: {} }, [account]).valid).toBe(false);
    expect(judgeNotification(delivery(), [silent]).valid).toBe(false);
    expect(judgeNotification(delivery(), []).valid).toBe(false);
  });

  test('with a token of another client is refused, also where both have the same secret', () => {
    const twin = { ...account, webhook: { ...client, clientId: 'another' } };
    expect(judgeNotification(delivery(), [twin]).valid).toBe(false);
    const verdict = judgeNotification(delivery(), [twin, account]);
    expect(verdict.valid && verdict.accounts.map(({ index }) => index)).toEqual([1]);
  });

  test('may show a token for one hour, and none from days to come', () => {
    const good = signToken(client, now);
    const goodAfter = (ms: number) =>
      judgeNotification(delivery(notification, { token: good, at: new Date(now.getTime() + ms) }), [account]).valid;
    expect([goodAfter(0), goodAfter(3_599_000), goodAfter(3_600_000), goodAfter(-60_000), goodAfter(-61_000)]).toEqual([
      true,
      true,
      false,
      true,
      false,
    ]);
  });

  test('that cannot be read is refused, and one of another kind is a hint', () => {
    for (const body of ['', '{', '[]', '7', '"x"'])
      expect(judgeNotification(delivery(body), [account]).valid).toBe(false);
    expect(judgeNotification({ ...delivery(), body: new Uint8Array([0xff, 0xfe]) }, [account]).valid).toBe(false);
    const other = { metadata: { uuid: 'u', type: 'SOMETHING_ELSE' }, payload: { a: 1 } };
    expect(judgeNotification(delivery(other), [account])).toEqual({
      valid: true,
      deliveryId: 'u',
      accounts: [{ index: 0, events: [] }],
    });
    expect(judgeNotification(delivery({}), [account])).toMatchObject({ valid: true, deliveryId: null });
  });

  test('of phishing replaces the text and has the thread read again, whatever shape it has', () => {
    const of = (payload: object) => eventsOf({ metadata: { uuid: 'u', type: 'ACCSEC_PARTNER_PHISHING' }, payload });
    const { message_id, conversation } = notification.payload;
    const replaced = {
      type: 'message',
      conversation: conversationId,
      message: { externalId: message_id, body: 'This message was deleted', attachments: [] },
    };
    const stale = { type: 'stale', conversation: conversationId };
    expect(of(notification.payload)).toMatchObject([replaced, stale]);
    expect(of({ message_id, conversation })).toMatchObject([replaced, stale]);
    expect(of({ message_id, conversation_id: conversationId })).toMatchObject([replaced, stale]);
    expect(of({ conversation })).toMatchObject([stale]);
    expect(of({ message_id })).toMatchObject([{ type: 'unreadable' }]);
  });
});

describe('our token endpoint', () => {
  const form = { grant_type: 'client_credentials', client_id: client.clientId, client_secret: client.clientSecret };
  const basic = `Basic ${Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64')}`;
  const ask = (body: string, headers: Record<string, string> = {}, accounts = [stranger, account]) => {
    const answer = tokenRoute.handle({ headers, body: bytes(body), receivedAt: now }, accounts);
    return { ...answer, json: JSON.parse(answer.body) };
  };

  test('gives a token to the client of an account, in any usual way of asking', () => {
    const json = { 'content-type': 'application/json; charset=utf-8' };
    const asks = [
      ask(String(new URLSearchParams(form)), { 'content-type': 'application/x-www-form-urlencoded' }),
      ask(JSON.stringify(form), json),
      ask('grant_type=client_credentials', { authorization: basic }),
      ask('', { authorization: basic }),
    ];
    for (const { status, headers, json: answer } of asks) {
      expect(status).toBe(200);
      expect(headers['cache-control']).toBe('no-store');
      expect(answer).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
      expect(judgeNotification(delivery(notification, { token: answer.access_token }), [account]).valid).toBe(true);
      expect(JSON.stringify(answer)).not.toContain(client.clientSecret);
    }
  });

  test('gives none to anybody else', () => {
    const wrong = [
      { ...form, client_secret: 'x' },
      { ...form, client_id: 'x' },
    ];
    for (const fields of wrong)
      expect(ask(String(new URLSearchParams(fields)))).toMatchObject({
        status: 401,
        json: { error: 'invalid_client' },
      });
    expect(ask(String(new URLSearchParams(form)), {}, [])).toMatchObject({ status: 401 });
    const password = String(new URLSearchParams({ ...form, grant_type: 'password' }));
    expect(ask(password)).toMatchObject({ status: 400, json: { error: 'unsupported_grant_type' } });
    for (const body of ['', 'x', '{']) expect(ask(body)).toMatchObject({ status: 400 });
    expect(ask('{', { 'content-type': 'application/json' })).toMatchObject({ status: 400 });
  });
});
