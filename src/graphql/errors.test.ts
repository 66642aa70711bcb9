import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { DomainError, ProviderError } from '../domain/errors.ts';
import { type AccountId, brand } from '../domain/ids.ts';
import { badInput, clientError, noteTrouble, toClientError } from './errors.ts';

const outage = new ProviderError({
  provider: 'acme',
  operation: 'messages',
  kind: 'rate-limited',
  message: 'slow down',
  retryAt: new Date('2026-03-02T09:15:00Z'),
});

describe('what a caller is told of an error', () => {
  it('is what was meant for them, with its place in the answer', () => {
    const thrown = new GraphQLError('wrapped', { originalError: badInput('first is 0.'), path: ['conversations'] });
    expect(toClientError(thrown).toJSON()).toEqual({
      message: 'first is 0.',
      path: ['conversations'],
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  it('is nothing of a fault of ours, which stays with the error for the log', () => {
    const fault = new TypeError('password=hunter2 is not a function');
    const told = toClientError(new GraphQLError('wrapped', { originalError: fault, path: ['viewer'] }));
    expect(JSON.stringify(told)).not.toContain('hunter2');
    expect(told.extensions['code']).toBe('INTERNAL_SERVER_ERROR');
    expect(told.originalError).toBe(fault);
  });

  it('says which provider failed, how, and when to come back', () => {
    expect(toClientError(new GraphQLError('x', { originalError: outage })).extensions).toEqual({
      code: 'PROVIDER_FAILED',
      provider: 'acme',
      kind: 'rate-limited',
      retryAt: '2026-03-02T09:15:00.000Z',
    });
  });

  it('has a refusal’s own code as its reason', () => {
    const codes = (['NOT_FOUND', 'FORBIDDEN', 'READ_ONLY'] as const).map(
      (code) => toClientError(new DomainError(code, 'no')).extensions,
    );
    expect(codes).toEqual([
      { code: 'NOT_FOUND', reason: 'NOT_FOUND' },
      { code: 'FORBIDDEN', reason: 'FORBIDDEN' },
      { code: 'BAD_USER_INPUT', reason: 'READ_ONLY' },
    ]);
  });

  it('calls a wrong document the caller’s fault, and a value that we could not give ours', () => {
    expect(toClientError(new GraphQLError('Syntax Error')).extensions['code']).toBe('BAD_USER_INPUT');
    const missing = new GraphQLError('Cannot return null for non-nullable field', { path: ['a'] });
    expect(toClientError(missing).toJSON().message).toBe('Something went wrong on our side.');
  });

  it('does not take a code that is none of ours from elsewhere', () => {
    const strange = new GraphQLError('x', { path: ['a'], extensions: { code: 'toString' } });
    expect(toClientError(strange).extensions['code']).toBe('INTERNAL_SERVER_ERROR');
  });

  it('is the same when it is told twice', () => {
    const once = toClientError(clientError('COST_EXCEEDED'));
    expect(toClientError(once).toJSON()).toEqual(once.toJSON());
  });
});

describe('trouble with providers', () => {
  it('is noted once an account, however many reads failed', () => {
    const trouble: GraphQLError[] = [];
    for (const id of ['acc_1', 'acc_1', 'acc_2']) noteTrouble(trouble, brand<AccountId>(id), outage);
    expect(trouble.map(({ extensions }) => extensions['account'])).toEqual(['acc_1', 'acc_2']);
    expect(trouble[0]?.extensions).toMatchObject({ code: 'PROVIDER_FAILED', provider: 'acme', kind: 'rate-limited' });
  });
});
