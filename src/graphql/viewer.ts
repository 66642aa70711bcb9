import { builder } from './builder.ts';
import type { Caller } from './context.ts';
import { nodeRef } from './node.ts';
import { tenantRef } from './refs.ts';

tenantRef.implement({
  description: 'A company whose people use this API. Everything belongs to one, and none sees another’s.',
  interfaces: [nodeRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its global id.' }),
    name: t.exposeString('name', { description: 'What it is called.' }),
  }),
});

const viewerType = builder.objectRef<Caller>('Viewer').implement({
  description: 'Who asks, as the token says.',
  fields: (t) => ({
    tenant: t.expose('tenant', { type: tenantRef, description: 'The tenant that the token belongs to.' }),
    scopes: t.stringList({
      description:
        'What the token allows: `messages:read`, `messages:send`, `messages:import`, `accounts:manage`, `tokens:manage`, `people:manage`.',
      resolve: ({ scopes }) => [...scopes],
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: viewerType,
    skipTypeScopes: true,
    description: 'Who asks: tenant and scopes. Any token may read it.',
    resolve: (_root, _args, { caller }) => caller,
  }),
);
