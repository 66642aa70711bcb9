import { describe, expect, it } from 'vitest';
import { CancelMessageDocument, RetryMessageDocument } from '../generated/operations.ts';
import { type TestApp, testApp } from '../helpers/app.ts';
import { deliveryOf, eventsOf, inboxOf, rowCounts, send, sent, threadOf } from '../helpers/desk.ts';

/** A system with conversations to write in, the first one's id at hand. */
async function desk(conversations = 1): Promise<{ t: TestApp; id: string; ids: readonly string[] }> {
  const t = await testApp();
  for (let i = 0; i < conversations; i += 1) t.simulator().addConversation();
  await t.connect();
  const ids = (await inboxOf(t)).map((one) => one.id);
  return { t, id: ids[0] ?? '', ids };
}

const bodiesOf = (t: TestApp): readonly string[] => t.simulator().sent.map((one) => one.body);

describe('an idempotency key', () => {
  it('used twice sends once, and tells the second caller what came of the first', async () => {
    const { t, id } = await desk();
    const first = await send(t, id, 'Once', { idempotencyKey: 'k' });
    await t.settle();
    const second = await send(t, id, 'Once', { idempotencyKey: 'k' });
    await t.settle();
    expect(first).toMatchObject({
      replayed: false,
      idempotencyKey: 'k',
      errors: [],
    });
    expect(second).toMatchObject({
      replayed: true,
      idempotencyKey: 'k',
      errors: [],
      message: { delivery: { state: 'ACCEPTED' } },
    });
    expect(second.message?.id).toBe(first.message?.id);
    expect(bodiesOf(t)).toEqual(['Once']);
    expect((await threadOf(t, id)).map((one) => one.body)).toEqual(['Once']);
  });

  it('used by 20 callers at once sends once, and all are told of the same message', async () => {
    const { t, id } = await desk();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => send(t, id, 'At once', { idempotencyKey: 'k' })),
    );
    await t.settle();
    expect(answers.flatMap((one) => one.errors)).toEqual([]);
    expect(new Set(answers.map((one) => one.message?.id)).size).toBe(1);
    expect(answers.filter((one) => !one.replayed)).toHaveLength(1);
    expect(bodiesOf(t)).toEqual(['At once']);
    const added = (await eventsOf(t)).filter((one) => one.__typename === 'MessageAdded');
    expect(added).toHaveLength(1);
  });

  it.each([
    ['body', { body: 'Other words' }],
    ['conversation', { elsewhere: true }],
    ['giveUpAfter', { giveUpAfter: 60 }],
  ])(
    'used for another %s is refused, and changes nothing',
    async (_title, { body, elsewhere, giveUpAfter }: { body?: string; elsewhere?: boolean; giveUpAfter?: number }) => {
      const { t, id, ids } = await desk(2);
      await send(t, id, 'These words', { idempotencyKey: 'k' });
      await t.settle();
      const before = await rowCounts(t);
      const where = elsewhere ? (ids[1] ?? '') : id;
      const again = await send(t, where, body ?? 'These words', {
        idempotencyKey: 'k',
        giveUpAfter: giveUpAfter ?? null,
      });
      expect(again).toMatchObject({ message: null, replayed: false });
      expect(again.errors).toMatchObject([{ code: 'IDEMPOTENCY_KEY_REUSED', path: ['idempotencyKey'] }]);
      await t.settle();
      expect(await rowCounts(t)).toEqual(before);
      expect(bodiesOf(t)).toEqual(['These words']);
    },
  );

  it('is still free after an input that was refused', async () => {
    const { t, id } = await desk();
    expect((await send(t, id, '   ', { idempotencyKey: 'k' })).errors).toMatchObject([{ code: 'INVALID' }]);
    expect(await send(t, id, 'Now with words', { idempotencyKey: 'k' })).toMatchObject({ replayed: false, errors: [] });
    await t.settle();
    expect(bodiesOf(t)).toEqual(['Now with words']);
  });

  it('is its actor’s own: another token may use the same one', async () => {
    const { t, id } = await desk();
    const token = await t.tokenFor('acme');
    const mine = await send(t, id, 'Mine', { idempotencyKey: 'k' });
    const theirs = await send(t, id, 'Theirs', { idempotencyKey: 'k' }, token);
    await t.settle();
    expect([mine.replayed, theirs.replayed]).toEqual([false, false]);
    expect(bodiesOf(t)).toEqual(['Mine', 'Theirs']);
  });

  it('is made and told where none is given, so equal texts sent twice on purpose are two messages', async () => {
    const { t, id } = await desk();
    const one = await send(t, id, 'Same words');
    const two = await send(t, id, 'Same words');
    expect(one.idempotencyKey).not.toBe(two.idempotencyKey);
    await t.settle();
    expect(bodiesOf(t)).toEqual(['Same words', 'Same words']);
    await t.pass(31_000);
    const thread = await threadOf(t, id);
    expect(thread.map((message) => message.delivery)).toEqual([
      { state: 'ACCEPTED', evidence: 'PROVIDER' },
      { state: 'ACCEPTED', evidence: 'PROVIDER' },
    ]);
    expect(new Set(thread.map((message) => message.externalId)).size).toBe(2);
  });
});

describe('messages queued in one conversation', () => {
  it('go out in order, one after the other, also when the first has to wait', async () => {
    const { t, ids } = await desk(2);
    const [here = '', there = ''] = ids;
    t.simulator().faults.next({ kind: 'status', status: 429, retryAfter: 5 }, { operation: 'sendMessage' });
    const texts = Array.from({ length: 5 }, (_, i) => `message ${i}`);
    for (const body of texts) await send(t, here, body);
    await t.settle();
    expect(bodiesOf(t)).toEqual([]);
    await t.pass(6_000);
    expect(bodiesOf(t)).toEqual(texts);
    await sent(t, there, 'elsewhere');
    expect(bodiesOf(t).at(-1)).toBe('elsewhere');
  });

  it('do not hold up those of another conversation', async () => {
    const { t, ids } = await desk(2);
    const [here = '', there = ''] = ids;
    t.simulator().faults.next({ kind: 'status', status: 503, effect: false }, { operation: 'sendMessage' });
    const stuck = await sent(t, here, 'stuck');
    await sent(t, there, 'free');
    expect(bodiesOf(t)).toEqual(['free']);
    expect((await deliveryOf(t, stuck)).state).not.toBe('ACCEPTED');
  });
});

describe('a message that the provider does not take', () => {
  it('is FAILED at once, in the provider’s own words, where it is refused for good', async () => {
    const { t, id } = await desk();
    const body = JSON.stringify({
      errors: [{ message: 'Body has a forbidden word', extensions: { code: 'BAD_USER_INPUT' } }],
    });
    t.simulator().faults.next({ kind: 'status', status: 400, body }, { operation: 'sendMessage' });
    const message = await sent(t, id, 'Hello');
    const delivery = await deliveryOf(t, message);
    expect(delivery).toMatchObject({
      state: 'FAILED',
      needsAttention: false,
      attempts: [{ number: 1, outcome: 'REJECTED' }],
    });
    expect(delivery.error?.message).toContain('forbidden word');
    await t.pass(3_600_000);
    expect(bodiesOf(t)).toEqual([]);
    expect((await deliveryOf(t, message)).attempts).toHaveLength(1);
  });

  it('is tried again, not before the provider said, where it was asked to wait', async () => {
    const { t, id } = await desk();
    t.simulator().faults.next({ kind: 'status', status: 429, retryAfter: 90 }, { operation: 'sendMessage' });
    const message = await sent(t, id, 'Hello');
    expect(await deliveryOf(t, message)).toMatchObject({ state: 'QUEUED', error: { kind: 'rate-limited' } });
    await t.pass(85_000);
    expect(bodiesOf(t)).toEqual([]);
    await t.pass(6_000);
    expect(bodiesOf(t)).toEqual(['Hello']);
    expect(await deliveryOf(t, message)).toMatchObject({
      state: 'ACCEPTED',
      error: null,
      attempts: [{ outcome: 'REJECTED' }, { number: 2, outcome: 'ACCEPTED' }],
    });
  });

  it('is tried ever more seldom while the provider cannot be reached', async () => {
    const { t, id } = await desk();
    const mend = t.simulator().faults.always({ kind: 'refuse' }, { operation: 'sendMessage' });
    const message = await sent(t, id, 'Hello');
    for (let minute = 0; minute < 60; minute += 1) await t.pass(60_000);
    const { state, attempts } = await deliveryOf(t, message);
    expect(state).toBe('QUEUED');
    expect(attempts.length).toBeGreaterThan(8);
    expect(attempts.length).toBeLessThan(50);
    mend();
    for (let minute = 0; minute < 6; minute += 1) await t.pass(60_000);
    expect(bodiesOf(t)).toEqual(['Hello']);
    expect(await deliveryOf(t, message)).toMatchObject({ state: 'ACCEPTED' });
  });

  it('is given up after the time that its send allows', async () => {
    const { t, id } = await desk();
    t.simulator().faults.always({ kind: 'refuse' }, { operation: 'sendMessage' });
    const message = await sent(t, id, 'Hello', { giveUpAfter: 120 });
    for (let i = 0; i < 20; i += 1) await t.pass(30_000);
    expect(await deliveryOf(t, message)).toMatchObject({ state: 'FAILED', error: { kind: 'unavailable' } });
    t.simulator().faults.clear();
    await t.pass(3_600_000);
    expect(bodiesOf(t)).toEqual([]);
  });
});

describe('a person may', () => {
  it('take back what is still queued, and nothing else', async () => {
    const { t, id } = await desk();
    t.simulator().faults.next({ kind: 'status', status: 429, retryAfter: 90 }, { operation: 'sendMessage' });
    const messageId = await sent(t, id, 'Never mind');
    const { data } = await t.gql(CancelMessageDocument, { messageId });
    expect(data.cancelMessage).toMatchObject({ message: { delivery: { state: 'CANCELLED' } }, errors: [] });
    await t.pass(3_600_000);
    expect(bodiesOf(t)).toEqual([]);
    const out = await sent(t, id, 'Gone out');
    const late = await t.gql(CancelMessageDocument, { messageId: out });
    expect(late.data.cancelMessage.errors).toMatchObject([{ code: 'NOT_CANCELLABLE' }]);
    expect(await deliveryOf(t, out)).toMatchObject({ state: 'ACCEPTED' });
  });

  it('have a failed message tried again, as a new attempt, and no other', async () => {
    const { t, id } = await desk();
    t.simulator().faults.next({ kind: 'status', status: 400 }, { operation: 'sendMessage' });
    const messageId = await sent(t, id, 'Again, please');
    expect(await deliveryOf(t, messageId)).toMatchObject({ state: 'FAILED' });
    const { data } = await t.gql(RetryMessageDocument, { messageId });
    expect(data.retryMessage).toMatchObject({ message: { id: messageId }, errors: [] });
    await t.settle();
    expect(await deliveryOf(t, messageId)).toMatchObject({
      state: 'ACCEPTED',
      attempts: [
        { number: 1, outcome: 'REJECTED' },
        { number: 2, outcome: 'ACCEPTED' },
      ],
    });
    expect(bodiesOf(t)).toEqual(['Again, please']);
    const again = await t.gql(RetryMessageDocument, { messageId });
    expect(again.data.retryMessage.errors).toMatchObject([{ code: 'NOT_RETRYABLE' }]);
  });
});

it('an account whose token is refused for good fails its message and says so of itself', async () => {
  const { t, id } = await desk();
  t.simulator().faults.always({ kind: 'status', status: 401 });
  const message = await sent(t, id, 'Hello');
  expect(await deliveryOf(t, message)).toMatchObject({ state: 'FAILED', error: { kind: 'auth' } });
  const { rows } = await t.db.pool.query('SELECT state FROM account');
  expect(rows).toEqual([{ state: 'AUTH_FAILED' }]);
});
