import { createRequire } from 'node:module';
import { GraphQLInt } from 'graphql';
import { expect, it } from 'vitest';

it('tests run on the one copy of graphql that packages use, as the server does', () => {
  const required: { GraphQLInt: unknown } = createRequire(import.meta.url)('graphql');
  expect(required.GraphQLInt).toBe(GraphQLInt);
});
