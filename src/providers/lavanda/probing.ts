import type { Ask } from './asking.ts';
import {
  type ConversationSpelling,
  conversationFields,
  type Dialect,
  type ItemSpelling,
  itemPaths,
  type ListSpelling,
  listPaths,
  type MessagesSpelling,
  narrowPaths,
  type SendSpelling,
  type Subject,
  sendPath,
  wantedFields,
} from './dialect.ts';
import { type GraphqlDocument, listsDocument, sendCheckDocument, threadsDocument, type Window } from './documents.ts';
import { refusesDocument } from './failures.ts';

/*
 * Learns the dialect of a schema that does not tell it: each spelling is tried in a query for one item, and what counts is only whether the
 * document is refused. Messages of errors are never read.
 */

type Accepts = (document: GraphqlDocument) => Promise<boolean>;

const forwards = { first: 'Int', after: 'String' };
const backwards = { last: 'Int', before: 'String' };
const forwardsInfo = ['hasNextPage', 'endCursor'];
const backwardsInfo = ['hasPreviousPage', 'startCursor'];
const one: Window = { first: 1, after: null };
const lastOne: Window = { last: 1, before: null };

/** The dialect found by trying. */
export async function probeDialect(ask: Ask): Promise<Dialect> {
  const accepts: Accepts = async (document) => !refusesDocument(await ask('probe', document));
  const booking = await probeItem(accepts, 'booking', null);
  const lead = await probeItem(accepts, 'lead', booking?.conversation ?? null);
  return {
    version: 1,
    workspaces: await probeList(accepts, 'workspaces', null),
    bookings: await probeList(accepts, 'bookings', booking?.conversation ?? null),
    leads: await probeList(accepts, 'leads', lead?.conversation ?? null),
    booking,
    lead,
    send: await probeSend(accepts),
  };
}

async function probeList(
  accepts: Accepts,
  kind: 'workspaces' | 'bookings' | 'leads',
  conversation: ConversationSpelling | null,
): Promise<ListSpelling | null> {
  const takes = (list: ListSpelling, window = one) => accepts(listsDocument([{ list, window, workspaces: [] }]));
  const shapes = listPaths[kind].flatMap((path) =>
    (['nodes', 'edges'] as const).map((items) => ({ path: [...path], items, args: forwards, pageInfo: forwardsInfo })),
  );
  const bare = shapes.map((shape) => ({ ...shape, fields: ['id'], narrow: null, conversation: null }));
  const found = await firstAccepted<ListSpelling>(bare, takes);
  if (!found) return null;
  const narrowed = narrowPaths.map((path) => ({ ...found, narrow: { path: [...path], type: '[ID!]!' } }));
  const { narrow } = (kind !== 'workspaces' && (await firstAccepted<ListSpelling>(narrowed, takes))) || found;
  const fields = await probeFields(wantedFields[kind], (some) => takes({ ...found, fields: some }));
  const listed = conversation && (await takes({ ...found, conversation })) ? conversation : null;
  const full = { ...found, narrow, fields, conversation: listed };
  const both = withBackwards(full);
  return (await takes(both, lastOne)) ? both : full;
}

async function probeItem(
  accepts: Accepts,
  subject: Subject,
  likely: ConversationSpelling | null,
): Promise<ItemSpelling | null> {
  const { paths, args } = itemPaths[subject];
  let found: ItemSpelling | null = null;
  for (const path of paths) {
    const forms = args.flatMap((name) => ['ID!', 'String!'].map((type) => ({ name, type })));
    const bare = forms.map((argument) => ({ path: [...path], argument, conversation: null }));
    const item = await firstAccepted<ItemSpelling>(bare, (some) => takesItem(accepts, some));
    const conversation = item && (await probeConversation(accepts, item, likely));
    if (item && conversation) return { ...item, conversation };
    found ??= item;
  }
  return found;
}

/** The spelling that fits the one kind of thing most likely fits the other. */
async function probeConversation(
  accepts: Accepts,
  item: ItemSpelling,
  likely: ConversationSpelling | null,
): Promise<ConversationSpelling | null> {
  const takes = (conversation: ConversationSpelling, window = one) =>
    takesItem(accepts, { ...item, conversation }, window);
  if (likely && (await takes(likely))) return likely;
  const bare = (['plain', 'nodes', 'edges'] as const).flatMap((items) =>
    conversationFields.map((field) => ({ field, items, participant: [], messages: null })),
  );
  const found = await firstAccepted<ConversationSpelling>(bare, takes);
  if (!found) return null;
  const participant = await probeFields(wantedFields.participant, (some) => takes({ ...found, participant: some }));
  const messages = await probeMessages((some, window) => takes({ ...found, messages: some }, window));
  return { ...found, participant, messages };
}

async function probeMessages(
  takes: (messages: MessagesSpelling, window?: Window) => Promise<boolean>,
): Promise<MessagesSpelling | null> {
  const bare = (['nodes', 'edges', 'plain'] as const).map((items) => ({
    items,
    args: forwards,
    pageInfo: forwardsInfo,
    fields: ['id'],
  }));
  const found = await firstAccepted<MessagesSpelling>(bare, (some) => takes(some));
  if (!found) return null;
  const full = {
    ...found,
    fields: await probeFields(wantedFields.messages, (fields) => takes({ ...found, fields })),
  };
  if (full.items === 'plain') return full;
  const both = withBackwards(full);
  return (await takes(both, lastOne)) ? both : full;
}

/** A harmless query is what runs; the mutation beside it is only checked. */
function probeSend(accepts: Accepts): Promise<SendSpelling | null> {
  const forms = ['ID!', 'String!'].flatMap((conversationId) =>
    [null, 'String!'].map((sentBy) => ({
      path: [...sendPath],
      types: { conversationId, body: 'String!' },
      sentBy,
      us: 'us',
    })),
  );
  return firstAccepted<SendSpelling>(forms, (send) => accepts(sendCheckDocument(send)));
}

function takesItem(accepts: Accepts, item: ItemSpelling, window: Window = one): Promise<boolean> {
  return accepts(threadsDocument([{ item, id: '0', window }]));
}

/** All at once where they are all there, else each by itself. */
async function probeFields(
  wanted: readonly string[],
  takes: (fields: string[]) => Promise<boolean>,
): Promise<string[]> {
  if (await takes([...wanted])) return [...wanted];
  const present: string[] = [];
  for (const field of wanted) if (await takes([field])) present.push(field);
  return present;
}

function withBackwards<Spelling extends ListSpelling | MessagesSpelling>(spelling: Spelling): Spelling {
  return {
    ...spelling,
    args: { ...spelling.args, ...backwards },
    pageInfo: [...spelling.pageInfo, ...backwardsInfo],
  };
}

async function firstAccepted<Candidate>(
  candidates: readonly Candidate[],
  accepts: (candidate: Candidate) => Promise<boolean>,
): Promise<Candidate | null> {
  for (const candidate of candidates) if (await accepts(candidate)) return candidate;
  return null;
}
