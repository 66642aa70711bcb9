import { type Branded, brand, type NodeType, nodeTypeOf } from '../domain/ids.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { badInput } from './errors.ts';

type Node = { readonly id: string };

/** Anything with a global id. The id itself says what it is of. */
export const nodeRef = builder.interfaceRef<Node>('Node').implement({
  description: 'A thing with an id that never changes and is never given to another thing.',
  resolveType: ({ id }) => nodeTypeOf(id),
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Opaque and stable for ever. Keep it as it is.' }),
  }),
});

/** How a thing of each type is found. Types that are missing here are never found. */
const finders: Partial<Record<NodeType, (id: string, context: Context) => Promise<Node | null> | Node | null>> = {
  Tenant: (id, { caller }) => (caller.tenant.id === id ? caller.tenant : null),
  Account: (id, { loaders }) => loaders.accounts.load(brand(id)),
  Conversation: (id, { loaders }) => loaders.conversations.load(brand(id)),
  ConversationParticipant: (id, { loaders }) => loaders.participants.load(brand(id)),
  ConversationMessage: (id, { loaders }) => loaders.messages.load(brand(id)),
  Booking: (id, { loaders }) => loaders.bookings.load(brand(id)),
  Lead: (id, { loaders }) => loaders.leads.load(brand(id)),
  Attachment: (id, { loaders }) => loaders.attachments.load(brand(id)),
};

builder.queryFields((t) => ({
  node: t.field({
    type: nodeRef,
    nullable: true,
    description: 'Any thing by its id. Null where there is none, or none of yours.',
    args: { id: t.arg.id({ required: true, description: 'Its id.' }) },
    resolve: (_root, { id }, context) => find(id, context),
  }),
  nodes: t.field({
    type: [nodeRef],
    nullable: { list: false, items: true },
    complexity: ({ ids }) => ({ field: 1, multiplier: ids.length }),
    description: 'Things by their ids, in the same order. Null where there is none, or none of yours.',
    args: { ids: t.arg.idList({ required: true, description: 'Their ids, at most 100.' }) },
    resolve(_root, { ids }, context) {
      if (ids.length > 100) throw badInput('ids are at most 100.');
      return Promise.all(ids.map((id) => find(id, context)));
    },
  }),
}));

function find(id: string, context: Context): Promise<Node | null> | Node | null {
  const type = nodeTypeOf(id);
  return (type && finders[type]?.(id, context)) ?? null;
}

/** An id argument as the id of that type; null where it is of no such thing, which callers are told like any that is absent. */
export function idOf<Id extends Branded<string>>(type: NodeType, id: string): Id | null {
  return nodeTypeOf(id) === type ? brand<Id>(id) : null;
}
