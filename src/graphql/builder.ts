import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import ScopeAuthPlugin, { type AuthFailure } from '@pothos/plugin-scope-auth';
import type { Json } from '../domain/json.ts';
import type { Day } from '../domain/messaging.ts';
import type { Context, Scope } from './context.ts';
import type { FeedPosition } from './cursor.ts';
import { clientError } from './errors.ts';
import './plain-fields.ts';
import './text-arguments.ts';

/** The types behind the schema, as its resolvers see them. */
export interface SchemaTypes {
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    Date: { Input: Day; Output: Day };
    JSON: { Input: Json; Output: Json };
    EventCursor: { Input: FeedPosition; Output: FeedPosition };
    File: { Input: File; Output: never };
  };
  AuthScopes: { scope: Scope };
}

/** What every type of the schema is made with. */
export const builder = new SchemaBuilder<SchemaTypes>({
  plugins: [ScopeAuthPlugin, ComplexityPlugin, 'textArguments', 'plainFields'],
  defaultFieldNullability: false,
  // The plugin only records what fields cost. It is summed up before execution (cost.ts): one error, and no field has run.
  complexity: { disabled: true, defaultComplexity: 1, defaultListMultiplier: 10 },
  scopeAuth: {
    authScopes: ({ caller }) => ({ scope: (scope) => caller.scopes.has(scope) }),
    unauthorizedError: (_parent, _context, _info, { failure }) => {
      const scope = missingScope(failure);
      return clientError('FORBIDDEN', scope && `This needs the scope ${scope}.`);
    },
  },
});

builder.queryType({
  description: 'What can be read. Lists come a page at a time, from our store, whatever the providers are doing.',
  authScopes: { scope: 'messages:read' },
});

builder.mutationType({
  description: 'What can be done. Expected failures are in the payload, as `errors`; the data says what happened.',
});

function missingScope(failure: AuthFailure): string | undefined {
  if ('failures' in failure) return failure.failures.map(missingScope).find((scope) => scope !== undefined);
  return 'parameter' in failure && typeof failure.parameter === 'string' ? failure.parameter : undefined;
}
