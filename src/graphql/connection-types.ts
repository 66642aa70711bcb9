import { builder } from './builder.ts';
import type { Connection, Edge, PageInfo } from './paging.ts';
import { plain } from './plain-fields.ts';

/** The arguments of every list. */
export const pageArgs = builder.args((t) => ({
  first: t.int({
    description: 'How many from the start of the list, or after `after`: 1 to 100. 25 if neither is given.',
  }),
  after: t.string({ description: 'Only what comes after this cursor of the same list.' }),
  last: t.int({
    description: 'How many from the end of the list, or before `before`: 1 to 100. Not together with `first`.',
  }),
  before: t.string({ description: 'Only what comes before this cursor of the same list.' }),
}));

const pageInfoType = builder.objectRef<PageInfo>('PageInfo').implement({
  description: 'Where a page stands in its list.',
  fields: (t) => ({
    hasNextPage: t.boolean({
      description: 'Whether the list goes on after this page. Also true while more is known to lie at the provider.',
      resolve: ({ hasNextPage }) => (typeof hasNextPage === 'boolean' ? hasNextPage : hasNextPage()),
    }),
    hasPreviousPage: t.boolean({
      description: 'Whether the list has something before this page.',
      resolve: ({ hasPreviousPage }) => (typeof hasPreviousPage === 'boolean' ? hasPreviousPage : hasPreviousPage()),
    }),
    startCursor: t.exposeString('startCursor', { nullable: true, description: 'The cursor of the first of the page.' }),
    endCursor: t.exposeString('endCursor', {
      nullable: true,
      description: 'The cursor of the last of the page: give it as `after` to go on.',
    }),
  }),
});

/** The connection and edge types of a list of `node`s. `name` is that of the node's type, as in `<name>Connection`. */
export function connectionType<Node extends object, More = unknown>(
  name: string,
  node: ReturnType<typeof builder.objectRef<Node>>,
  things: string,
) {
  const edge = builder.objectRef<Edge<Node>>(`${name}Edge`).implement({
    description: `One of a page of ${things}, with its place in the list.`,
    fields: (t) => ({
      node: t.expose('node', { type: node, complexity: 0, description: `The ${name} itself.` }),
      cursor: t.exposeString('cursor', {
        description: 'Its place in the list: opaque, good under any filter of the same list.',
      }),
    }),
  });
  return builder.objectRef<Connection<Node> & More>(`${name}Connection`).implement({
    description: `A page of ${things}.`,
    fields: (t) => ({
      edges: t.field({
        type: [edge],
        extensions: plain,
        resolve: ({ edges }) => edges,
        complexity: { field: 0, multiplier: 1 },
        description: 'The page, each with its cursor.',
      }),
      nodes: t.field({
        type: [node],
        extensions: plain,
        resolve: ({ nodes }) => nodes,
        complexity: { field: 0, multiplier: 1 },
        description: 'The page without cursors.',
      }),
      pageInfo: t.field({
        type: pageInfoType,
        extensions: plain,
        resolve: ({ pageInfo }) => pageInfo,
        description: 'Where this page stands in its list.',
      }),
      totalCount: t.int({
        nullable: true,
        description: 'How many there are in the whole list. Null while that is not known.',
        resolve: (connection) => connection.totalCount(),
      }),
    }),
  });
}
