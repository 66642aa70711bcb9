import type { Json, JsonObject } from '../../domain/json.ts';
import type { ConnectionSpelling, ConversationSpelling, ItemSpelling, ListSpelling, SendSpelling } from './dialect.ts';

/** What is sent: the text holds only learned names, every value is a variable. */
export interface GraphqlDocument {
  readonly query: string;
  readonly variables: JsonObject;
  /** Named where the text holds several operations. */
  readonly operationName?: string;
}

/** Which stretch of a connection: from its beginning (`after` null) or from its end (`before` null). */
export type Window =
  | { readonly first: number; readonly after: string | null }
  | { readonly last: number; readonly before: string | null };

/** One list to be read. */
export interface ListAsk {
  readonly list: ListSpelling;
  readonly window: Window;
  /** Null: not narrowed. */
  readonly workspaces: readonly string[] | null;
}

/** One thing whose conversations and messages are to be read. */
export interface ThreadAsk {
  readonly item: ItemSpelling;
  readonly id: string;
  readonly window: Window;
}

/** The documents have no known limit of depth, so they keep to the deepest that is documented (L-MSG). */
export const DEEPEST = 6;

/** The name under which the answer to ask `index` is found in `data`. */
export function aliasOf(index: number): string {
  return `k${index}`;
}

/** Several lists in one document; the answer to ask i is at `data[aliasOf(i)]`, then along the list's path. */
export function listsDocument(asks: readonly ListAsk[]): GraphqlDocument {
  return operation('query', 'Lists', (declare) =>
    asks.map((ask, index) => {
      const { list, workspaces } = ask;
      const alias = aliasOf(index);
      const narrow =
        list.narrow && workspaces
          ? [nest(list.narrow.path, declare(`${alias}Workspaces`, list.narrow.type, workspaces))]
          : [];
      const args = [...narrow, ...windowArgs(list, ask.window, alias, declare)];
      const node = `${fieldsText(list.fields)} ${listedConversation(list)}`;
      return field(alias, list.path, args, connectionText(list, node));
    }),
  );
}

/** Conversations of several bookings or leads in one document, each with a stretch of messages; found as in `listsDocument`. */
export function threadsDocument(asks: readonly ThreadAsk[]): GraphqlDocument {
  return operation('query', 'Threads', (declare) =>
    asks.map(({ item, id, window }, index) => {
      const alias = aliasOf(index);
      const args = [`${item.argument.name}: ${declare(`${alias}Id`, item.argument.type, id)}`];
      const { conversation } = item;
      const messages = conversation && messagesText(conversation, window, alias, declare);
      const inner = conversation ? conversationText(conversation, `${participantText(conversation)} ${messages}`) : '';
      return field(alias, item.path, args, `id ${inner}`);
    }),
  );
}

/** The one mutation. `sentBy` is always our side: the other value would write in the guest's name. */
export function sendDocument(send: SendSpelling, conversationId: string, body: string): GraphqlDocument {
  return operation('mutation', 'Send', (declare) => [sendField(send, conversationId, body, declare)]);
}

/** Has the mutation checked without running it: only the harmless query beside it is asked to be executed. */
export function sendCheckDocument(send: SendSpelling): GraphqlDocument {
  const { query } = sendDocument(send, '', '');
  return { query: `query Check { __typename } ${query}`, variables: {}, operationName: 'Check' };
}

type Declare = (name: string, type: string, value: Json) => string;

function operation(kind: string, name: string, write: (declare: Declare) => readonly string[]): GraphqlDocument {
  const declared: string[] = [];
  const variables: Record<string, Json> = {};
  const fields = write((variable, type, value) => {
    declared.push(`$${variable}: ${type}`);
    variables[variable] = value;
    return `$${variable}`;
  });
  const head = declared.length > 0 ? `${name}(${declared.join(', ')})` : name;
  return { query: `${kind} ${head} { ${fields.join(' ')} }`, variables };
}

function sendField(send: SendSpelling, conversationId: string, body: string, declare: Declare): string {
  const sentBy = send.sentBy === null ? send.us : declare('sentBy', send.sentBy, send.us);
  const args = [
    `conversationId: ${declare('conversationId', send.types.conversationId, conversationId)}`,
    `body: ${declare('body', send.types.body, body)}`,
    `sentBy: ${sentBy}`,
  ];
  return field(null, send.path, args, 'id');
}

/** `alias: a { b(args) { inner } }` */
function field(alias: string | null, path: readonly string[], args: readonly string[], inner: string): string {
  const call = args.length > 0 ? `(${args.join(', ')})` : '';
  const start = path.slice(0, -1).map((step) => `${step} { `);
  return `${alias === null ? '' : `${alias}: `}${start.join('')}${path.at(-1)}${call} { ${inner} }${' }'.repeat(path.length - 1)}`;
}

/** `q.workspaceIds` and a variable give `q: { workspaceIds: $variable }`. */
function nest(path: readonly string[], variable: string): string {
  return path.reduceRight((inner, step, index) => {
    const value = index === path.length - 1 ? inner : `{ ${inner} }`;
    return `${step}: ${value}`;
  }, variable);
}

function windowArgs(spelling: ConnectionSpelling, window: Window, alias: string, declare: Declare): readonly string[] {
  return Object.entries(window).flatMap(([arg, value]) => {
    const type = spelling.args[arg];
    if (type === undefined || value === null) return [];
    return [`${arg}: ${declare(`${alias}${arg[0]?.toUpperCase()}${arg.slice(1)}`, type, value)}`];
  });
}

/** What a list tells of conversations: the participant only where that is not too deep. */
function listedConversation(list: ListSpelling): string {
  const { conversation } = list;
  if (!conversation) return '';
  const above = list.path.length + levelsOf(list.items) + 1 + levelsOf(conversation.items);
  return conversationText(conversation, above + 1 <= DEEPEST ? participantText(conversation) : '');
}

function conversationText(spelling: ConversationSpelling, inner: string): string {
  return `${spelling.field} { ${itemsText(spelling.items, `id ${inner}`)} }`;
}

function participantText(spelling: ConversationSpelling): string {
  return spelling.participant.length > 0 ? `participant { ${spelling.participant.join(' ')} }` : '';
}

function messagesText(spelling: ConversationSpelling, window: Window, alias: string, declare: Declare): string {
  const { messages } = spelling;
  if (!messages) return '';
  // A bare list gives all at once, whatever arguments it may take.
  const args = messages.items === 'plain' ? [] : windowArgs(messages, window, alias, declare);
  const call = args.length > 0 ? `(${args.join(', ')})` : '';
  return `messages${call} { ${connectionText(messages, fieldsText(messages.fields))} }`;
}

function connectionText(spelling: ConnectionSpelling, node: string): string {
  const pageInfo =
    spelling.items !== 'plain' && spelling.pageInfo.length > 0 ? ` pageInfo { ${spelling.pageInfo.join(' ')} }` : '';
  return `${itemsText(spelling.items, node)}${pageInfo}`;
}

function itemsText(items: ConnectionSpelling['items'], node: string): string {
  if (items === 'plain') return node;
  return items === 'nodes' ? `nodes { ${node} }` : `edges { node { ${node} } }`;
}

function levelsOf(items: ConnectionSpelling['items']): number {
  return items === 'plain' ? 0 : items === 'nodes' ? 1 : 2;
}

/** `id`, `contact.id` and `contact.email` give `id contact { id email }`. */
function fieldsText(fields: readonly string[]): string {
  const inner = new Map<string, string[]>();
  for (const path of fields) {
    const [head = '', leaf] = path.split('.');
    inner.set(head, [...(inner.get(head) ?? []), ...(leaf === undefined ? [] : [leaf])]);
  }
  return [...inner].map(([head, leaves]) => (leaves.length > 0 ? `${head} { ${leaves.join(' ')} }` : head)).join(' ');
}
