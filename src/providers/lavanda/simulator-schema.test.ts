import { describe, expect, it } from 'vitest';
import { sendMutation, visit } from './simulator-visitor.ts';

const fieldsOf = (type: string) =>
  `{ __type(name: "${type}") { fields { name type { name kind ofType { name kind } } args { name type { name } } } } }`;
const names = (body: { data: { __type: { fields: readonly { name: string }[] } } }) =>
  body.data.__type.fields.map((field) => field.name);
const spellings = ['converation', 'conversation', 'conversations'] as const;

describe('spellings', () => {
  it('shows only the switched spelling, on bookings and leads', async () => {
    const { ask, simulator } = visit();
    for (const spelling of spellings) {
      simulator.switches.conversationField = spelling;
      const onBooking = names((await ask(fieldsOf('Booking'))).body);
      const onLead = names((await ask(fieldsOf('CrmLead'))).body);
      expect(onBooking.filter((name) => name.startsWith('conve') && name !== 'conversationId')).toEqual([spelling]);
      expect(onLead.filter((name) => name.startsWith('conve'))).toEqual([spelling]);
    }
  });

  it('shows all three when told to', async () => {
    const { ask } = visit({ conversationField: 'all' });
    expect(names((await ask(fieldsOf('Booking'))).body)).toEqual(expect.arrayContaining([...spellings]));
  });

  it('gives the plural as a list or as a connection', async () => {
    const { ask, simulator } = visit({ conversationField: 'conversations' });
    simulator.addBooking({ guests: 2 });
    const list = await ask('{ bookings { booking(bookingId: "bk_7001") { conversations { id } } } }');
    expect(list.body.data.bookings.booking.conversations).toEqual([{ id: 'cv_9001' }, { id: 'cv_9002' }]);
    simulator.switches.conversationsShape = 'connection';
    const paged = await ask(
      '{ bookings { booking(bookingId: "bk_7001") { conversations(first: 1) { nodes { id } totalCount } } } }',
    );
    expect(paged.body.data.bookings.booking.conversations).toMatchObject({ nodes: [{ id: 'cv_9002' }], totalCount: 2 });
  });

  it('refuses introspection when told to, but not ordinary questions', async () => {
    const { ask } = visit({ introspection: false });
    expect((await ask(fieldsOf('Booking'))).body.errors[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    expect((await ask('{ bookings { search { totalCount } } }')).body.data.bookings.search.totalCount).toBe(0);
  });

  it('names the lead type as switched', async () => {
    const { ask } = visit({ leadTypeName: 'Lead' });
    expect(names((await ask(fieldsOf('Lead'))).body)).toContain('uniqueReference');
    expect((await ask(fieldsOf('CrmLead'))).body.data.__type).toBeNull();
  });
});

describe('namespaces and dialects', () => {
  const bothLeads = '{ crm { lead(leadId: "ld_81") { id } } leads { lead(leadId: "ld_81") { id } } }';

  it('serves leads in both namespaces, or in one', async () => {
    const { ask, simulator } = visit();
    simulator.addConversation({ about: 'lead' });
    expect((await ask(bothLeads)).body.data).toEqual({
      crm: { lead: { id: 'ld_81' } },
      leads: { lead: { id: 'ld_81' } },
    });
    simulator.switches.leadNamespaces = 'crm';
    expect(names((await ask(fieldsOf('Query'))).body)).not.toContain('leads');
    simulator.switches.leadNamespaces = 'leads';
    expect(names((await ask(fieldsOf('Query'))).body)).not.toContain('crm');
    expect((await ask('{ leads { search { totalCount } } }')).body.data.leads.search.totalCount).toBe(1);
  });

  it('serves only the older lists in gen1 and only the newer ones in gen2', async () => {
    const gen1 =
      '{ bookings { search(q: { workspaceIds: ["42"] }) { edges { node { id } } } } crm { leads { search { totalCount } } } }';
    const gen2 =
      '{ bookings { bookings(filters: { workspaceId: { eq: "42" } }) { nodes { id } } } crm { leads(first: 5) { totalCount } } }';
    const { ask, simulator } = visit();
    for (const [dialect, good, bad] of [
      ['gen1', gen1, gen2],
      ['gen2', gen2, gen1],
    ] as const) {
      simulator.switches.dialect = dialect;
      expect((await ask(good)).body.errors).toBeUndefined();
      expect((await ask(bad)).body.errors).toBeDefined();
    }
    simulator.switches.dialect = 'both';
    expect((await ask(gen1)).body.errors).toBeUndefined();
    expect((await ask(gen2)).body.errors).toBeUndefined();
  });

  it('leaves out parts of connections when told to', async () => {
    const { ask, simulator } = visit({ connectionParts: 'edges' });
    expect(names((await ask(fieldsOf('BookingConnection'))).body)).toEqual(['edges', 'pageInfo', 'totalCount']);
    simulator.switches.connectionParts = 'nodes';
    expect(names((await ask(fieldsOf('BookingConnection'))).body)).toEqual(['nodes', 'pageInfo', 'totalCount']);
  });

  it('can do without the workspaces query', async () => {
    const { ask } = visit({ workspacesQuery: false });
    expect(names((await ask(fieldsOf('Query'))).body)).not.toContain('workspaces');
  });
});

describe('sentBy', () => {
  const withVariable = (type: string) => `mutation ($c: ID, $b: String, $s: ${type}) {
    conversations { sendMessage(conversationId: $c, body: $b, sentBy: $s) { id } } }`;
  const quoted = sendMutation.replace('sentBy: us', 'sentBy: "us"');

  it('is an enum, a string or anything, as switched', async () => {
    const { ask, simulator } = visit();
    const c = simulator.addConversation().externalId;
    const accepts = async (query: string) =>
      (await ask(query, { c, b: 'Hello', s: 'us' })).body.data?.conversations.sendMessage.id !== undefined;
    const forms = [sendMutation, quoted, withVariable('ConversationSentBy'), withVariable('String')];
    const accepted: Record<string, readonly boolean[]> = {};
    for (const type of ['enum', 'string', 'both'] as const) {
      simulator.switches.sentByType = type;
      accepted[type] = await Promise.all(forms.map(accepts));
    }
    expect(accepted).toEqual({
      enum: [true, false, true, false],
      string: [false, true, false, true],
      both: [true, true, true, true],
    });
  });

  it('writes as the guest for participant, and does not count that as sent', async () => {
    const { ask, simulator } = visit();
    const c = simulator.addConversation().externalId;
    await ask(withVariable('ConversationSentBy'), { c, b: 'Imported', s: 'participant' });
    expect(simulator.conversations()[0]?.messages).toMatchObject([{ body: 'Imported', sentBy: 'participant' }]);
    expect(simulator.sent).toEqual([]);
  });

  it('refuses any other value, an empty body and one beyond the limit', async () => {
    const { ask, simulator } = visit({ maxBodyLength: 10 });
    const c = simulator.addConversation().externalId;
    const codes = await Promise.all(
      [
        { c, b: 'Hello', s: 'them' },
        { c, b: ' ', s: 'us' },
        { c, b: 'Hello, you there', s: 'us' },
        { b: 'Hello', s: 'us' },
      ].map(async (variables) => (await ask(withVariable('String'), variables)).body.errors[0].extensions.code),
    );
    expect(codes).toEqual(Array(4).fill('BAD_USER_INPUT'));
    expect(simulator.conversations()[0]?.messages).toEqual([]);
  });
});
