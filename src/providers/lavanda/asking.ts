import { ProviderError } from '../../domain/errors.ts';
import type { Call } from '../contract.ts';
import type { Client } from './client.ts';
import type { GraphqlDocument } from './documents.ts';
import { type Answer, errorOf, harmless, PROVIDER, refusesToken } from './failures.ts';
import type { GraphqlError } from './wire.ts';

/** An answer whose words can be shown. */
export interface Reply extends Answer {
  /** What some of its errors mean. */
  failure(errors: readonly GraphqlError[]): ProviderError;
}

/** Sends a document with a token that is accepted. Resolves also where the document was refused. */
export type Ask = (operation: string, document: GraphqlDocument) => Promise<Reply>;

/** Gives a token to use: any but the refused one. */
export type Tokens = (refused: string | null) => Promise<string>;

/** The data of a reply. Throws where nothing was answered. */
export function dataOf(reply: Reply): NonNullable<Answer['data']> {
  if (reply.data === null) throw reply.failure(reply.errors);
  return reply.data;
}

/** Asks with what `tokens` gives; where that is refused, once more with a new one. */
export function createAsk(client: Client, call: Call, tokens: Tokens): Ask {
  const tokenFor = (operation: string, refused: string | null) =>
    tokens(refused).catch((error) => {
      throw harmless(operation, error);
    });
  return async (operation, document) => {
    const replyTo = (answer: Answer, token: string): Reply => {
      const clear = client.clearerOf(document, token);
      return { ...answer, failure: (errors) => errorOf(operation, answer, errors, clear) };
    };
    const used = await tokenFor(operation, null);
    const answer = await client.post(used, operation, document, call);
    if (!refusesToken(answer)) return replyTo(answer, used);
    const renewed = await tokenFor(operation, used);
    const second = await client.post(renewed, operation, document, call);
    if (refusesToken(second)) throw tokenRefused(operation);
    return replyTo(second, renewed);
  };
}

function tokenRefused(operation: string): ProviderError {
  const message = 'a new token was refused too';
  return new ProviderError({ provider: PROVIDER, operation, kind: 'auth', message, noEffect: true });
}
