import type { GraphQLSchema } from 'graphql';
import './scalars.ts';
import './node.ts';
import './viewer.ts';
import './provider.ts';
import './account.ts';
import './account-changes.ts';
import './participant.ts';
import './conversation.ts';
import './conversations.ts';
import './message.ts';
import './delivery.ts';
import './attachment.ts';
import './uploads.ts';
import './booking.ts';
import './lead.ts';
import './send.ts';
import './marks.ts';
import './no-reply-needed.ts';
import './closing.ts';
import './aliases.ts';
import './tokens.ts';
import './people.ts';
import './live.ts';
import { builder } from './builder.ts';

/** What callers see. */
export const schema: GraphQLSchema = builder.toSchema();

/** The same once more, for whoever wants to change something of it. */
export function buildSchema(): GraphQLSchema {
  return builder.toSchema();
}
