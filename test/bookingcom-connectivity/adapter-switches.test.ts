import { describe, expect, test } from 'vitest';
import type { ConnectivitySwitches } from '../../src/providers/bookingcom-connectivity/simulator-switches.ts';
import {
  call,
  conversationsIn,
  drain,
  keyOf,
  lastMonth,
  messagesIn,
  openThread,
  sweep,
  truthful,
  visit,
  wholeThread,
} from './connectivity-visit.ts';

const positions: { readonly [Name in keyof ConnectivitySwitches]: readonly ConnectivitySwitches[Name][] } = {
  queueOrder: ['arrival', 'shuffledWithinSecond'],
  queueAtStart: ['empty', 'everything'],
  queueEnabled: [true],
  confirmBeyondRead: ['drop', 'refuse'],
  redelivery: [0, 1],
  okType: ['boolean', 'string'],
  propertyIdType: ['string', 'number'],
  queueProperty: ['string', 'absent', 'integer'],
  queuePropertyKind: ['property', 'hotel'],
  queueTimestamps: ['second', 'millisecond'],
  queueClock: ['withoutZone', 'withZone'],
  listMessages: ['latest', 'latestAsInSamples', 'allOldestFirst'],
  lastPage: ['absent', 'empty', 'null'],
  threadOrder: ['newestFirst', 'oldestFirst'],
  strayItems: [false, true],
  tags: ['present', 'absent'],
  unknownThing: [404, 403],
  expiredJob: [404, 410],
  readOnlyFrom: ['propertyWindow', 'guestWindow'],
  readOnlySend: [403, 400],
  blockedLink: ['replaced', 'refused', 'notDelivered'],
  approvedHosts: [[], ['example.org']],
  searchPending: [200, 202],
  searchReadyAfterMs: [0, 10_000],
  longSearch: ['refuse', 'clamp'],
  searchPageSize: [1, 100],
  rateLimit: [null],
  retryAfter: [false, true],
  unknownVersion: ['oldest', 'refuse'],
  selfServiceMessaging: [true, false],
  requestToBook: [false, true],
  conversationAfterMs: [0, 5000],
  mailReply: ['clean', 'subject', 'quote', 'subjectAndQuote'],
  unreadAnswer: ['documented', 'live'],
  megabyte: [1_048_576, 1_000_000],
  sniffsUploads: [false],
  longDownload: ['cut', 'refuse'],
  rangeEnd: ['inclusive', 'exclusive'],
  tokenRequest: ['form', 'json', 'basic'],
  deliveries: ['once', 'twice', 'disordered', 'dropsSome'],
};

const each: readonly Partial<ConnectivitySwitches>[] = Object.entries(positions).flatMap(([name, values]) =>
  values.map((value) => ({ [name]: value })),
);
/** What reading depends on most, in every combination. */
const combined: readonly Partial<ConnectivitySwitches>[] = positions.queueProperty.flatMap((queueProperty) =>
  positions.queueOrder.flatMap((queueOrder) =>
    positions.lastPage.flatMap((lastPage) =>
      positions.listMessages.map((listMessages) => ({
        queueProperty,
        queueOrder,
        lastPage,
        listMessages,
        strayItems: true,
      })),
    ),
  ),
);

/** Large enough for what a position is about: for chunks, or for ranges as well. */
function sizeFor(switches: Partial<ConnectivitySwitches>): number {
  if ('rangeEnd' in switches || 'longDownload' in switches) return 6_000_001;
  return 'megabyte' in switches ? 1_020_000 : 5_000;
}

describe.each([...each, ...combined])('with %o', (switches) => {
  test('everything that can be reached is found and read whole, in order', async () => {
    const { adapter, simulator, clock } = visit(switches);
    simulator.addConversation({ createdAt: lastMonth, messages: 120 });
    clock.advance(5000);
    const events = await sweep(adapter);
    expect(events.filter(({ type }) => type === 'unreadable')).toEqual([]);
    const found = conversationsIn(events);
    const truth = simulator.conversations();
    expect([...found.keys()].sort()).toEqual(truth.map(({ externalId }) => externalId).sort());
    for (const { externalId, messages } of truth) {
      const key = found.get(externalId);
      const thread = key ? await wholeThread(adapter, key) : [];
      expect(thread.map(truthful)).toEqual(
        messages.map(({ externalId: id, sentBy, body, sentAt }) => ({ externalId: id, sentBy, body, sentAt })),
      );
    }
  });

  test('the queue tells what both sides wrote, at its own time, and nothing unseen is thrown away', async () => {
    const { adapter, simulator, clock } = visit(switches);
    await sweep(adapter);
    const open = simulator.addConversation({ createdAt: lastMonth, messages: 3 });
    clock.advance(5000);
    const before = await drain(adapter);
    const asked = simulator.guestWrites(open.externalId, 'Is there a lift?');
    clock.advance(7);
    const answered = simulator.hostWritesElsewhere(open.externalId, 'There is.');
    clock.advance(5000);
    const { events } = await drain(adapter, before.checkpoint);
    const messages = messagesIn(events).filter(({ externalId }) => externalId === asked || externalId === answered);
    const truth = simulator
      .conversations()
      .find(({ externalId }) => externalId === open.externalId)
      ?.messages.slice(-2);
    expect(messages.map(truthful)).toEqual(
      truth?.map(({ externalId, sentBy, body, sentAt }) => ({ externalId, sentBy, body, sentAt })),
    );
    expect(simulator.queue.lost()).toEqual([]);
    // The property's voice is known from the walk, so the conversation can be reached also where the queue does not name it.
    const key = conversationsIn(events).get(open.externalId);
    expect(key?.address).toMatchObject({ property: open.propertyExternalId, reference: open.bookingExternalId });
  });

  test('a message is sent once, read tags and files go their ways, and the thread shows it all', async () => {
    const { adapter, simulator, clock } = visit(switches, { size: 2 });
    const truth = openThread({ simulator, clock });
    clock.advance(5000);
    const conversation = keyOf(truth);
    const bytes = new Uint8Array(Buffer.alloc(sizeFor(switches), 'picture'));
    const file = await adapter.upload?.({ conversation, name: 'map.png', contentType: 'image/png', bytes }, call);
    const outcome = await adapter.send({ conversation, body: 'See you "soon"', attachments: file ? [file] : [] }, call);
    expect(outcome).toMatchObject({ kind: 'accepted', id: simulator.sent[0]?.messageExternalId });
    expect(simulator.sent).toMatchObject([{ body: 'See you "soon"', attachments: [file] }]);
    const thread = await wholeThread(adapter, conversation);
    expect(thread.at(-1)).toMatchObject({ body: 'See you "soon"', sentBy: 'us', attachments: [{ externalId: file }] });
    const got = file && (await adapter.download?.(file, conversation, call));
    if (!got) throw new Error('the file is not there');
    expect(Buffer.from(await new Response(got.body).arrayBuffer()).equals(bytes)).toBe(true);
    const theirs = thread.filter(({ sentBy }) => sentBy === 'participant').map(({ externalId }) => externalId);
    await adapter.markRead?.(conversation, theirs, call);
    if (switches.tags !== 'absent')
      for (const message of await wholeThread(adapter, conversation)) expect(message.read).toBe(true);
  });
});

test('a queue that is off is forbidden, and works when it is on again', async () => {
  const { adapter, simulator } = visit({ queueEnabled: false });
  await expect(adapter.pull?.(null, call)).rejects.toMatchObject({ kind: 'forbidden' });
  simulator.switches.queueEnabled = true;
  expect(messagesIn((await drain(adapter)).events)).toEqual([]);
});

test('too many requests are told as such, with the time to come back where that is said', async () => {
  for (const retryAfter of [true, false]) {
    const { adapter } = visit({ rateLimit: { requests: 0, perSeconds: 60 }, retryAfter });
    const error = await adapter.pull?.(null, call).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'rate-limited', retryAt: retryAfter ? expect.any(Date) : null });
  }
});

test('every version is read as far as it tells', async () => {
  for (const version of ['1.0', '1.1', '1.2', '1.3'] as const) {
    const { adapter, simulator } = visit({}, { credentials: { version } });
    const truth = simulator.addConversation({ createdAt: lastMonth, messages: 4 });
    const thread = await wholeThread(adapter, keyOf(truth));
    expect(thread.map(truthful)).toEqual(
      truth.messages.map(({ externalId, sentBy, body, sentAt }) => ({ externalId, sentBy, body, sentAt })),
    );
    expect(thread.every(({ kind }) => (version < '1.2' ? kind === null : kind !== null))).toBe(true);
    const [slot] = await adapter.conversations([keyOf(truth)], call);
    const name = slot?.ok ? slot.value?.participant?.name : undefined;
    expect(name).toBe(version < '1.2' ? null : truth.participantName);
  }
});
