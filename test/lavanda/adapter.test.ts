import { expect, test } from 'vitest';
import { lavanda } from '../../src/providers/lavanda/index.ts';
import { call, conversationsIn, keyOf, lastMonth, older, sweep, visit } from './lavanda-visit.ts';

test('25 conversations are one request once the token and the dialect are known', async () => {
  const { adapter, simulator } = visit({});
  const keys = simulator.conversations().slice(0, 25).map(keyOf);
  await adapter.verify(call);
  simulator.calls.reset();
  const slots = await adapter.conversations(keys, call);
  expect(slots.map((slot) => slot.ok && slot.value?.externalId)).toEqual(keys.map(({ externalId }) => externalId));
  expect(simulator.calls.entries).toHaveLength(1);
});

test('a spelling that flips between two calls is learned anew, told or untold', async () => {
  for (const introspection of [true, false]) {
    const { adapter, simulator } = visit({ introspection });
    const keys = simulator.conversations().slice(0, 3).map(keyOf);
    for (const conversationField of ['converation', 'conversation', 'conversations', 'all'] as const) {
      simulator.switches.conversationField = conversationField;
      for (const messagesShape of ['connection', 'list'] as const) {
        simulator.switches.messagesShape = messagesShape;
        for (const slot of await adapter.conversations(keys, call)) expect(slot).toMatchObject({ ok: true });
        const slots = await adapter.conversations(keys, call);
        expect(slots.map((slot) => slot.ok && slot.value?.externalId)).toEqual(
          keys.map(({ externalId }) => externalId),
        );
      }
    }
  }
});

test('a token that dies in the middle of a walk is replaced, once for all', async () => {
  for (const authFailureStyle of ['http401', 'graphql200'] as const) {
    const { adapter, simulator } = visit({ authFailureStyle });
    const first = await adapter.sweep?.(null, call);
    simulator.expireTokens?.();
    simulator.calls.reset();
    const steps = Array.from({ length: 20 }, () => adapter.sweep?.(first?.checkpoint ?? null, call));
    for (const pull of await Promise.all(steps)) expect(pull?.events.length).toBeGreaterThan(0);
    expect(simulator.calls.count({ operation: 'token' })).toBe(1);
  }
});

test('bad credentials are told by the first look', async () => {
  const { adapter } = visit({}, { size: 0, credentials: 'bad' });
  await expect(adapter.verify(call)).rejects.toMatchObject({ kind: 'auth' });
});

test('a lost answer leaves the outcome open, a clear refusal does not', async () => {
  const { adapter, simulator } = visit({}, { size: 0 });
  const conversation = keyOf(simulator.addConversation());
  simulator.faults.next({ kind: 'cut' }, { operation: 'sendMessage' });
  const lost = await adapter.send({ conversation, body: 'Lost', attachments: [] }, call);
  expect(lost.kind).toBe('unknown');
  expect(simulator.sent).toHaveLength(1);
  simulator.switches.rateLimit = { requests: 0, perSeconds: 60 };
  const refused = await adapter.send({ conversation, body: 'Too soon', attachments: [] }, call);
  expect(refused).toMatchObject({ kind: 'rejected', error: { kind: 'rate-limited' } });
  expect(refused.kind === 'rejected' && refused.error.retryAt).toBeInstanceOf(Date);
});

test('a conversation that is not there yet answers null, and is found when it is', async () => {
  for (const notFound of ['null', 'error'] as const) {
    const { adapter, simulator, clock } = visit({ notFound }, { size: 0 });
    const { externalId: booking } = simulator.addBooking({ conversation: { afterMs: 5000 }, messages: 2 });
    const keys = [booking, 'bk_unknown'].map((id) => ({ externalId: null, address: { booking: id } }));
    expect(await adapter.conversations(keys, call)).toEqual([
      { ok: true, value: null },
      { ok: true, value: null },
    ]);
    clock.advance(5000);
    const [slot] = await adapter.conversations(keys, call);
    expect(slot).toMatchObject({ ok: true, value: { externalId: simulator.conversations()[0]?.externalId } });
  }
});

test('a guest who was taken off leaves null behind, and nothing goes out', async () => {
  const { adapter, simulator } = visit({ notFound: 'error' }, { size: 0 });
  const key = keyOf(simulator.addConversation({ messages: 2 }));
  simulator.removeConversation(String(key.externalId));
  expect(await adapter.conversations([key], call)).toEqual([{ ok: true, value: null }]);
  const outcome = await adapter.send({ conversation: key, body: 'Hello?', attachments: [] }, call);
  expect(outcome).toMatchObject({ kind: 'rejected', error: { kind: 'not-found' } });
  expect(simulator.sent).toEqual([]);
});

test('messages that arrive between two pages are neither doubled nor missed', async () => {
  for (const order of ['desc', 'asc'] as const) {
    const { adapter, simulator, clock } = visit({ order }, { size: 0 });
    const truth = simulator.addConversation({ createdAt: lastMonth, messages: 60 });
    const conversation = keyOf(truth);
    const [first] = await adapter.messages([{ conversation, older: null }], call);
    clock.advance(1000);
    simulator.guestWrites(truth.externalId, 'One more thing');
    const ids = (await older(adapter, conversation, first)).map(({ externalId }) => externalId);
    expect(ids).toEqual(truth.messages.map(({ externalId }) => externalId));
  }
});

test('a schema without workspaces, and one that is limited in depth as documented, are read too', async () => {
  for (const switches of [{ workspacesQuery: false }, { maxDepth: 7 }, { maxBodyLength: 20_000 }]) {
    const { adapter, simulator } = visit(switches);
    expect(await adapter.verify(call)).toMatchObject({ identity: simulator.credentials.clientId });
    const found = [...conversationsIn(await sweep(adapter)).keys()];
    expect(found).toEqual(expect.arrayContaining(simulator.conversations().map(({ externalId }) => externalId)));
  }
});

test('a delivery signed for an account is a hint, and a forged or late one is refused', () => {
  const { simulator, clock, credentials } = visit({}, { size: 0 });
  const judge = (news: Parameters<typeof simulator.webhook>[0]) => {
    const delivery = simulator.webhook(news);
    if (!delivery) throw new Error('no delivery');
    const body = new TextEncoder().encode(delivery.body);
    return lavanda.webhook?.({ headers: delivery.headers, body, receivedAt: clock.now() }, [credentials]);
  };
  expect(judge({ id: 'msg_1' })).toEqual({ valid: true, deliveryId: 'msg_1', accounts: [{ index: 0, events: [] }] });
  expect(judge({ secret: 'whsec_AAAAAAAA' })).toMatchObject({ valid: false });
  expect(judge({ at: new Date(clock.now().getTime() - 301_000) })).toMatchObject({ valid: false });
});
