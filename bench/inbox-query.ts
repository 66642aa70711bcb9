import { brand, type ConversationId } from '../src/domain/ids.ts';
import { encodePageCursor } from '../src/graphql/page-cursor.ts';

/** What an inbox shows at once. */
export const page = { conversations: 50, messages: 20 } as const;

/** The inbox, as a frontend asks for it. */
export const inboxQuery = `query Inbox($after: String) {
  conversations(first: ${page.conversations}, after: $after) {
    nodes {
      id
      participant { name }
      channel
      unreadCount
      lastMessageAt
      messages(first: ${page.messages}) {
        nodes { id body automated channel sentAt sentBy read urgent priority snoozeUntil }
      }
    }
  }
}`;

let asked = 0;

/** Requests that ask for the same rows and are no two the same: each begins at another moment of the future. No memory of answers helps. */
export function differentRequests(count: number): readonly string[] {
  return Array.from({ length: count }, () => {
    asked += 1;
    const at = new Date(Date.UTC(2100, 0, 1) + asked);
    const after = encodePageCursor('conversations', { at, id: brand<ConversationId>(`cnv_${'f'.repeat(32)}`) });
    return JSON.stringify({ query: inboxQuery, variables: { after } });
  });
}

/** The request that a page makes again and again. */
export const sameRequest = JSON.stringify({ query: inboxQuery });

/** What an answer says, times and order of fields made alike. Throws where it is no inbox of the size asked for. */
export function contentOf(answer: string): string {
  const { data } = JSON.parse(answer) as { data?: { conversations?: { nodes?: Record<string, unknown>[] } } };
  const nodes = data?.conversations?.nodes ?? [];
  const sizes = nodes.map(({ messages }) => (messages as { nodes: unknown[] }).nodes.length);
  if (sizes.length !== page.conversations || sizes.some((size) => size !== page.messages))
    throw new Error(`an answer is not the inbox: ${answer.slice(0, 500)}`);
  return JSON.stringify(alike(nodes));
}

const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

function alike(value: unknown): unknown {
  if (typeof value === 'string' && moment.test(value)) return new Date(value).toISOString();
  if (Array.isArray(value)) return value.map(alike);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, part]) => [name, alike(part)]),
  );
}
