import { describe, expect, it } from 'vitest';
import { visit } from './simulator-visitor.ts';

describe('the token exchange', () => {
  it('gives a token that is good for an hour, with the id of the request', async () => {
    const { token, ask, clock } = visit();
    const { status, body } = await token();
    expect(status).toBe(200);
    expect(body.ruid).toMatch(/^UmFuZG9tSVYkc2RlIyh9Y.{75}$/);
    const claims = JSON.parse(Buffer.from(body.jwt.split('.')[1], 'base64url').toString());
    expect(claims.exp - claims.iat).toBe(3600);
    const latest = () => ask('GET /messages/latest', undefined, { token: body.jwt });
    expect((await latest()).status).toBe(200);
    clock.advance(3_600_000);
    expect(await latest()).toMatchObject({
      status: 401,
      body: { errors: [{ code: 401, message: 'Access denied' }] },
    });
  });

  it('refuses a wrong secret, and the thirty-first token of an hour', async () => {
    const { token, clock } = visit();
    expect((await token({ client_id: 'sim-machine-demo', client_secret: 'wrong' })).status).toBe(401);
    for (let count = 0; count < 30; count += 1) expect((await token()).status).toBe(200);
    expect((await token()).status).toBe(429);
    clock.advance(3_600_000);
    expect((await token()).status).toBe(200);
  });
});

describe('every answer', () => {
  it('stands in the envelope, with an id of its own that the call log knows', async () => {
    const { ask, simulator } = visit();
    const answers = [await ask('GET /messages/latest'), await ask('GET /properties/1/tags')];
    for (const { body } of answers)
      expect(Object.keys(body).toSorted()).toEqual(['data', 'errors', 'meta', 'warnings']);
    const ids = answers.map(({ body }) => body.meta.ruid);
    expect(simulator.calls.entries.slice(1).map(({ requestId }) => requestId)).toEqual(ids);
    expect(new Set(ids).size).toBe(2);
  });

  it('says whose property, path or method is wrong', async () => {
    const { ask } = visit();
    expect(await ask('GET /properties/9/conversations')).toMatchObject({
      status: 403,
      body: { errors: [{ message: "This account doesn't have access to this property" }] },
    });
    expect((await ask('GET /nothing')).status).toBe(404);
    expect((await ask('DELETE /messages/latest')).status).toBe(405);
  });

  it('types `ok` as the switch says, and limits the rate where it is told to', async () => {
    const { ask, simulator } = visit({ okType: 'string', rateLimit: { requests: 1, perSeconds: 60 } });
    expect((await ask('GET /messages/latest')).body.data.ok).toBe('true');
    const second = await ask('GET /messages/latest');
    expect([second.status, second.body.errors[0].message]).toEqual([429, 'To many requests']);
    expect(second.headers.get('retry-after')).toBeNull();
    simulator.switches.retryAfter = true;
    expect((await ask('GET /messages/latest')).headers.get('retry-after')).toBe('60');
  });
});

describe('a version', () => {
  it('decides what a message is told with', async () => {
    const { ask, simulator } = visit();
    const { externalId } = simulator.addConversation();
    simulator.guestWrites(externalId, 'Hello');
    const at = async (version: string | null) =>
      (await ask('GET /messages/latest', undefined, { version })).body.data.messages[0];
    expect(await at(null)).not.toHaveProperty('message_type');
    expect((await at('1.1')).sender.metadata).toEqual({ participant_type: 'GUEST' });
    expect(await at('1.2')).toMatchObject({
      message_type: 'free_text',
      sender: { metadata: { name: expect.any(String) } },
    });
    expect(await at('1.2')).not.toHaveProperty('attributes');
    expect((await at('1.3')).attributes).toEqual({ is_redacted: false });
  });

  it('that nobody knows is the oldest with a warning, or refused', async () => {
    const { ask, simulator } = visit();
    const answer = await ask('GET /messages/latest', undefined, { version: '7' });
    expect([answer.status, answer.body.warnings.length]).toEqual([200, 1]);
    simulator.switches.unknownVersion = 'refuse';
    expect((await ask('GET /messages/latest', undefined, { version: '7' })).status).toBe(400);
  });

  it('from 1.2 on has structured requests everywhere but in the queue, which hangs on the portal', async () => {
    const { ask, pathOf, simulator } = visit({ selfServiceMessaging: false });
    const truth = simulator.addConversation();
    simulator.guestWrites(truth.externalId, 'At 14:00?', { special: { kind: 'self-service', topic: 'checkin' } });
    const thread = async (version: string) =>
      (await ask(`GET ${pathOf(truth)}`, undefined, { version })).body.data.conversation.messages;
    expect(await thread('1.0')).toEqual([]);
    expect(await thread('1.2')).toMatchObject([
      { message_type: 'self_service_event', attributes: { self_service_topic: 'checkin' } },
    ]);
    expect((await ask('GET /messages/latest')).body.data.number_of_messages).toBe(0);
    simulator.switches.selfServiceMessaging = true;
    expect(await thread('1.0')).toHaveLength(1);
    simulator.guestWrites(truth.externalId, 'At 15:00?', { special: { kind: 'self-service', topic: 'checkin' } });
    expect((await ask('GET /messages/latest')).body.data.number_of_messages).toBe(1);
  });
});
