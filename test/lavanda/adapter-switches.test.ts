import { describe, expect, test } from 'vitest';
import type { LavandaSwitches } from '../../src/providers/lavanda/simulator-switches.ts';
import { call, conversationsIn, keyOf, lastMonth, readAll, sweep, visit } from './lavanda-visit.ts';

const positions: { readonly [Name in keyof LavandaSwitches]: readonly LavandaSwitches[Name][] } = {
  dialect: ['gen1', 'gen2', 'both'],
  requireClientName: [true, false],
  authFailureStyle: ['http401', 'graphql200'],
  overLimit: ['clamp', 'error'],
  defaultPageSize: [1, 25],
  order: ['desc', 'asc'],
  connectionParts: ['all', 'edges', 'nodes'],
  conversationField: ['converation', 'conversation', 'conversations', 'all'],
  conversationsShape: ['list', 'connection'],
  messagesShape: ['connection', 'list'],
  messagesListLimit: [null],
  sentByType: ['enum', 'string', 'both'],
  leadNamespaces: ['crm', 'leads', 'both'],
  leadTypeName: ['CrmLead', 'Lead'],
  workspacesQuery: [true],
  notFound: ['null', 'error'],
  errorStatus: [200, 400],
  rateLimit: [null],
  introspection: [true, false],
  suggestions: [true, false],
  maxDepth: [null],
  maxBodyLength: [null],
  timePrecision: ['second', 'millisecond'],
  tokenLifetimeSeconds: [1, 3600],
  revokeOldTokens: [true, false],
  speculativeEvents: [true, false],
};

const each: readonly Partial<LavandaSwitches>[] = Object.entries(positions).flatMap(([name, values]) =>
  values.map((value) => ({ [name]: value })),
);
/** What the parts of reading depend on most, in every combination, told and untold. */
const combined: readonly Partial<LavandaSwitches>[] = (['desc', 'asc'] as const).flatMap((order) =>
  (['connection', 'list'] as const).flatMap((messagesShape) =>
    (['gen1', 'gen2'] as const).flatMap((dialect) =>
      (['edges', 'nodes'] as const).flatMap((connectionParts) =>
        [true, false].map((introspection) => ({ order, messagesShape, dialect, connectionParts, introspection })),
      ),
    ),
  ),
);

describe.each([...each, ...combined])('with %o', (switches) => {
  test('everything that can be reached is found and read whole, in order', async () => {
    const { adapter, simulator } = visit(switches);
    simulator.addConversation({ createdAt: lastMonth, messages: 60 });
    simulator.addConversation({ about: 'lead', createdAt: lastMonth, messages: 60 });
    simulator.addBooking({ guests: 3, messages: 2 });
    expect(await adapter.verify(call)).toMatchObject({ identity: simulator.credentials.clientId });
    const events = await sweep(adapter);
    const found = conversationsIn(events);
    const truth = simulator.conversations();
    expect([...found.keys()].sort()).toEqual(truth.map(({ externalId }) => externalId).sort());
    expect(events.filter(({ type }) => type === 'unreadable')).toEqual([]);

    for (const [externalId, messages] of await readAll(adapter, [...found.values()])) {
      const expected = truth.find((conversation) => conversation.externalId === externalId);
      const told = messages.map(({ externalId: id, body, sentAt, sentBy, read }) => ({
        id,
        body,
        sentAt,
        sentBy,
        read,
      }));
      expect(told).toEqual(
        expected?.messages.map(({ externalId: id, body, sentAt, sentBy, read }) => ({
          id,
          body,
          sentAt,
          sentBy,
          read,
        })),
      );
    }
  });

  test('a message is sent once, and the thread shows it as its newest', async () => {
    const { adapter, simulator, clock } = visit(switches, { size: 0 });
    const conversation = keyOf(simulator.addConversation({ createdAt: lastMonth, messages: 30 }));
    clock.advance(60_000);
    const outcome = await adapter.send({ conversation, body: 'See you "soon"', attachments: [] }, call);
    expect(outcome).toMatchObject({ kind: 'accepted', id: simulator.sent[0]?.messageExternalId });
    expect(simulator.sent.map(({ body }) => body)).toEqual(['See you "soon"']);
    const [slot] = await adapter.messages([{ conversation, older: null }], call);
    expect(slot?.ok && slot.value?.items.at(-1)).toMatchObject({ body: 'See you "soon"', sentBy: 'us' });
  });

  test('a glance finds what came since the last walk', async () => {
    const { adapter, simulator, clock } = visit(switches, { size: 60 });
    await sweep(adapter);
    clock.advance(60_000);
    const { externalId } = simulator.addConversation({ messages: 1 });
    const lead = simulator.addConversation({ about: 'lead', messages: 1 });
    const found = conversationsIn((await adapter.glance?.(call)) ?? []);
    expect([...found.keys()]).toEqual(expect.arrayContaining([externalId, lead.externalId]));
  });
});
