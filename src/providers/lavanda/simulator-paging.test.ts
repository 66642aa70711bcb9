import { describe, expect, it } from 'vitest';
import { threadQuery, type Visit, visit } from './simulator-visitor.ts';

const thread = (answer: { body: { data: { bookings: { booking: { converation: { messages: Page } } } } } }) =>
  answer.body.data.bookings.booking.converation.messages;

interface Page {
  readonly edges: readonly {
    readonly cursor: string;
    readonly node: { readonly id: string; readonly sentAt: string };
  }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}

/** Walks a booking's whole thread; `between` runs after each page. */
async function walk({ ask }: Visit, between: () => void = () => {}, n: number | null = 25): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const page: Page = thread(await ask(threadQuery, { id: 'bk_7001', n, c: after }));
    ids.push(...page.edges.map((edge) => edge.node.id));
    after = page.pageInfo.endCursor;
    more = page.pageInfo.hasNextPage;
    between();
  }
  return ids;
}

describe('paging a thread', () => {
  it('gives 60 messages as 25, 25 and 10, newest first', async () => {
    const visited = visit();
    const truth = visited.simulator.addConversation({ messages: 60, createdAt: new Date('2026-01-01') });
    const ids = await walk(visited);
    expect(ids).toEqual(truth.messages.map((message) => message.externalId).toReversed());
    expect(visited.simulator.calls.count({ operation: 'conversations' })).toBe(3);
  });

  it('turns round when the order is switched', async () => {
    const visited = visit({ order: 'asc' });
    const truth = visited.simulator.addConversation({ messages: 60 });
    expect(await walk(visited)).toEqual(truth.messages.map((message) => message.externalId));
  });

  it('clamps to 25, or refuses, and takes its own page size where none is asked for', async () => {
    const visited = visit();
    visited.simulator.addConversation({ messages: 60 });
    const { ask, simulator } = visited;
    expect(thread(await ask(threadQuery, { id: 'bk_7001', n: 100 })).edges).toHaveLength(25);
    simulator.switches.defaultPageSize = 10;
    expect(thread(await ask(threadQuery, { id: 'bk_7001' })).edges).toHaveLength(10);
    simulator.switches.overLimit = 'error';
    const refused = await ask(threadQuery, { id: 'bk_7001', n: 26 });
    expect(refused.body.errors[0]).toMatchObject({
      message: 'first must not exceed 25',
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  it.each(['desc', 'asc'] as const)(
    'repeats and skips nothing when messages arrive between two pages (%s)',
    async (order) => {
      const visited = visit({ order });
      const truth = visited.simulator.addConversation({ messages: 60 });
      const before = truth.messages.map((message) => message.externalId);
      const ids = await walk(visited, () => {
        visited.clock.advance(1000);
        visited.simulator.guestWrites(truth.externalId, 'One more thing!');
      });
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).toEqual(expect.arrayContaining(before));
    },
  );

  it('goes on from the same cursor after the token ended in the middle', async () => {
    const { ask, token, simulator } = visit();
    const truth = simulator.addConversation({ messages: 30 });
    const { endCursor: c } = thread(await ask(threadQuery, { id: 'bk_7001' })).pageInfo;
    simulator.expireTokens?.();
    expect((await ask(threadQuery, { id: 'bk_7001', c })).status).toBe(401);
    const fresh = (await token()).body.access_token;
    const rest = thread(await ask(threadQuery, { id: 'bk_7001', c }, { token: fresh }));
    expect(rest.edges.map((edge) => edge.node.id)).toEqual(
      truth.messages
        .slice(0, 5)
        .map((message) => message.externalId)
        .toReversed(),
    );
  });

  it('keeps messages of one instant apart', async () => {
    const visited = visit();
    const { externalId } = visited.simulator.addConversation();
    const written = Array.from({ length: 30 }, (_, index) => visited.simulator.guestWrites(externalId, `${index}`));
    expect(await walk(visited, undefined, 7)).toEqual(written.toReversed());
  });

  it('hides messages neither when they are a bare list nor behind its limit unless told to', async () => {
    const { ask, simulator } = visit({ messagesShape: 'list' });
    simulator.addConversation({ messages: 60 });
    const query = '{ bookings { booking(bookingId: "bk_7001") { converation { messages { id sentAt } } } } }';
    const whole: readonly { readonly sentAt: string }[] = (await ask(query)).body.data.bookings.booking.converation
      .messages;
    expect(whole).toHaveLength(60);
    simulator.switches.messagesListLimit = 25;
    expect((await ask(query)).body.data.bookings.booking.converation.messages).toEqual(whole.slice(0, 25));
  });

  it('refuses a cursor that was made up', async () => {
    const visited = visit();
    visited.simulator.addConversation({ messages: 3 });
    for (const c of [
      'nonsense',
      Buffer.from('{"t":1}').toString('base64'),
      Buffer.from('{"t":1,"id":"bk_1"}').toString('base64'),
    ]) {
      expect((await visited.ask(threadQuery, { id: 'bk_7001', c })).body.errors[0].message).toBe('Invalid cursor');
    }
  });

  it('tells times by the second, or finer when switched', async () => {
    const visited = visit();
    visited.simulator.guestWrites(visited.simulator.addConversation().externalId, 'Hi');
    const sentAt = async () => thread(await visited.ask(threadQuery, { id: 'bk_7001' })).edges[0]?.node.sentAt;
    expect(await sentAt()).toBe('2026-03-02T09:00:00Z');
    visited.simulator.switches.timePrecision = 'millisecond';
    expect(await sentAt()).toBe('2026-03-02T09:00:00.250Z');
  });

  it('can hold each item twice, or the page the other way round', async () => {
    const visited = visit();
    const truth = visited.simulator.addConversation({ messages: 3 });
    const [first, second, third] = truth.messages.map((message) => message.externalId);
    visited.simulator.faults.next({ kind: 'items', order: 'twice' }, { operation: 'conversations' });
    expect(await walk(visited)).toEqual([third, third, second, second, first, first]);
    visited.simulator.faults.next({ kind: 'items', order: 'reversed' }, { operation: 'conversations' });
    expect(await walk(visited)).toEqual([first, second, third]);
  });
});

describe('paging bookings', () => {
  it('walks all of a workspace, newest first, and no others', async () => {
    const { ask, world } = visit({}, 40);
    const query = `query ($a: String) { bookings { search(q: { workspaceIds: ["42"] }, first: 25, after: $a) {
      edges { node { id confirmedAt } } pageInfo { hasNextPage endCursor } totalCount } } }`;
    const first = (await ask(query)).body.data.bookings.search;
    const second = (await ask(query, { a: first.pageInfo.endCursor })).body.data.bookings.search;
    const ids: readonly string[] = [...first.edges, ...second.edges].map((edge) => edge.node.id);
    const wanted = world.bookingsInOrder.filter(({ id }) => world.portfolioOf({ kind: 'booking', id }).id === 1);
    expect(second.pageInfo.hasNextPage).toBe(false);
    expect(ids).toEqual(wanted.map((booking) => `bk_${7000 + booking.id}`).toReversed());
    expect(first.totalCount).toBe(ids.length);
  });
});
