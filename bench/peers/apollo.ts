import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { PrismaPg } from '@prisma/adapter-pg';
import { GraphQLScalarType } from 'graphql';
import { play, settings } from '../role.ts';
import { type Prisma, PrismaClient } from './generated/client.ts';

/*
 * The inbox as it is usually built: Apollo Server, resolvers over Prisma, `include` for what hangs below.
 */

const { databaseUrl, tenantId } = settings<{ databaseUrl: string; tenantId: string }>();
const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl, max: 10 }) });

const typeDefs = `
  scalar DateTime
  type Query { conversations(first: Int!, after: String): ConversationConnection! }
  type ConversationConnection { nodes: [Conversation!]! }
  type Conversation {
    id: ID!
    participant: Participant
    channel: String
    unreadCount: Int!
    lastMessageAt: DateTime
    messages(first: Int!): MessageConnection!
  }
  type Participant { id: ID!  name: String }
  type MessageConnection { nodes: [Message!]! }
  type Message {
    id: ID!
    body: String
    automated: Boolean
    channel: String
    sentAt: DateTime
    sentBy: String
    read: Boolean
    urgent: Boolean
    priority: Float
    snoozeUntil: DateTime
  }
`;

const newestFirst = [{ order_at: 'desc' }, { id: 'desc' }] satisfies object[];
// `include` stands in the root's resolver, where the number of messages is not known yet: it takes what an inbox asks for.
const include = {
  participant: true,
  messages: { where: { removed_at: null }, orderBy: newestFirst, take: 20 },
} satisfies Prisma.conversationInclude;

type Thread = Prisma.conversationGetPayload<{ include: typeof include }>;
type Message = Thread['messages'][number];

const resolvers = {
  DateTime: new GraphQLScalarType<Date, string>({ name: 'DateTime', serialize: (value) => (value as Date).toISOString() }),
  Query: {
    conversations: async (_root: unknown, { first }: { first: number }) => ({
      nodes: await prisma.conversation.findMany({
        where: { tenant_id: tenantId },
        orderBy: newestFirst,
        take: first,
        include,
      }),
    }),
  },
  Conversation: {
    unreadCount: (thread: Thread) => thread.unread_count,
    lastMessageAt: (thread: Thread) => thread.last_message_at,
    messages: (thread: Thread, { first }: { first: number }) => ({ nodes: thread.messages.slice(0, first) }),
  },
  Message: {
    sentAt: (message: Message) => message.sent_at,
    sentBy: (message: Message) => message.sent_by,
    read: (message: Message) => message.read_local ?? message.read_upstream,
    urgent: (message: Message) => message.urgent_local ?? message.urgent_upstream,
    priority: (message: Message) => message.priority_local ?? message.priority_upstream,
    snoozeUntil: (message: Message) => message.snooze_local ?? message.snooze_upstream,
  },
};

const server = new ApolloServer({ typeDefs, resolvers });
const { url } = await startStandaloneServer(server, { listen: { port: 0, host: '127.0.0.1' } });

const commands = { url: () => url };

export type ApolloCommands = typeof commands;

play(commands);
