import type { Conversation, Lead } from '../domain/messaging.ts';
import { countLeads, listLeads } from '../store/leads.ts';
import { refuseWorkspaces } from './booking.ts';
import { builder } from './builder.ts';
import { connectionType, pageArgs } from './connection-types.ts';
import type { Context } from './context.ts';
import { idOf, nodeRef } from './node.ts';
import { ownerOf } from './owner.ts';
import { type Connection, createConnection, type PageArgs, pageCost, pageRequest } from './paging.ts';
import { accountRef, conversationRef, leadRef } from './refs.ts';

leadRef.implement({
  description: 'Somebody who may book.',
  interfaces: [nodeRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its global id.' }),
    account: t.field({ type: accountRef, description: 'The account that it is a lead of.', resolve: ownerOf }),
    externalId: t.exposeString('externalId', { description: 'The provider’s own id.' }),
    status: t.exposeString('status', { nullable: true, description: 'As the provider says.' }),
    reference: t.exposeString('reference', {
      nullable: true,
      description: 'The provider’s reference, such as `LD-000088`.',
    }),
    checkIn: t.expose('checkIn', {
      type: 'Date',
      nullable: true,
      description: 'The day of arrival, as far as is planned.',
    }),
    checkOut: t.expose('checkOut', {
      type: 'Date',
      nullable: true,
      description: 'The day of departure, as far as is planned.',
    }),
    guestsCount: t.exposeInt('guestsCount', { nullable: true, description: 'How many would come.' }),
    contactName: t.exposeString('contactName', { nullable: true, description: 'Who they are.' }),
    contactEmail: t.exposeString('contactEmail', { nullable: true, description: 'An address that reaches them.' }),
    propertyName: t.exposeString('propertyName', { nullable: true, description: 'What the property is called.' }),
    conversationId: t.exposeID('conversationId', {
      nullable: true,
      description: 'The global id of its conversation. Of several, the one first seen.',
    }),
    conversation: t.field({
      type: conversationRef,
      nullable: true,
      description: 'Its conversation. Of several, the one first seen.',
      resolve: conversationOf,
    }),
    converation: t.field({
      type: conversationRef,
      nullable: true,
      deprecationReason: "Lavanda's documented spelling; use conversation.",
      description: 'Its conversation, in Lavanda’s documented spelling.',
      resolve: conversationOf,
    }),
    conversations: t.field({
      type: [conversationRef],
      description: 'All its conversations, those first seen first.',
      resolve: ({ id }, _args, { loaders }) => loaders.conversationsOfLeads.load(id),
    }),
  }),
});

const connection = connectionType<Lead>('Lead', leadRef, 'leads, newest first');

const searchInput = builder.inputType('CrmLeadsSearchQueryInput', {
  description: 'Lavanda’s filter of leads.',
  fields: (t) => ({
    workspaceIds: t.idList({
      required: { list: false, items: false },
      description: 'Not known here: leave it out, or the search is refused.',
    }),
  }),
});

const leadArgs = builder.args((t) => ({ leadId: t.id({ description: 'Its global id.' }) }));

const queriesType = builder.objectRef<object>('LeadQueries').implement({
  description: 'Leads, as Lavanda’s API asks for them.',
  fields: (t) => ({
    lead: t.field({
      type: leadRef,
      nullable: true,
      description: 'One lead. Null where there is none, or none of yours.',
      args: leadArgs,
      resolve: leadOf,
    }),
    search: t.field({
      type: connection,
      nullable: true,
      complexity: pageCost(20),
      description: 'All leads, newest first.',
      args: { q: t.arg({ type: searchInput, description: 'Which leads.' }), ...pageArgs },
      resolve(_root, { q, ...page }, context) {
        refuseWorkspaces(q?.workspaceIds);
        return leadsOf(page, context);
      },
    }),
  }),
});

// Lavanda's pages disagree on where leads live: under `leads` (guest messaging) or under `crm` (everywhere else).
const crmType = builder.objectRef<object>('CrmQueries').implement({
  description: 'Leads, where Lavanda’s later pages have them.',
  fields: (t) => ({
    leads: t.field({ type: queriesType, description: 'Leads.', resolve: () => ({}) }),
    lead: t.field({
      type: leadRef,
      nullable: true,
      description: 'One lead. Null where there is none, or none of yours.',
      args: leadArgs,
      resolve: leadOf,
    }),
  }),
});

builder.queryFields((t) => ({
  leads: t.field({ type: queriesType, description: 'Leads: Lavanda’s namespace.', resolve: () => ({}) }),
  crm: t.field({ type: crmType, description: 'Leads: Lavanda’s other namespace.', resolve: () => ({}) }),
}));

function leadOf(
  _root: object,
  { leadId }: { leadId?: string | null | undefined },
  { loaders }: Context,
): Promise<Lead | null> | null {
  const id = idOf<Lead['id']>('Lead', leadId ?? '');
  return id && loaders.leads.load(id);
}

async function leadsOf(page: PageArgs, { db, caller: { scope } }: Context): Promise<Connection<Lead>> {
  const request = pageRequest('leads', page);
  return createConnection<Lead>({
    list: 'leads',
    request,
    slice: await listLeads(db, scope, {}, request),
    // Ids alone give the order.
    positionOf: ({ id }) => ({ at: new Date(0), id }),
    totalCount: () => countLeads(db, scope, {}),
    exists: async (slice) => (await listLeads(db, scope, {}, slice)).rows.length > 0,
  });
}

function conversationOf(
  { conversationId }: Lead,
  _args: object,
  { loaders }: Context,
): Promise<Conversation | null> | null {
  return conversationId && loaders.conversations.load(conversationId);
}
