import { pictureOf } from '../../src/simulator/pictures.ts';
import { fresh, remember, type Scene } from './soak-scene.ts';

/** Something that clients do again and again. */
export interface SoakOperation {
  readonly name: string;
  readonly perSecond: number;
  /** Rejects where it was not answered as it should be. */
  play(scene: Scene): Promise<void>;
}

/** What people at inboxes, and their programs, do over HTTP. */
export const operations: readonly SoakOperation[] = [
  { name: 'inbox', perSecond: 4, play: readInbox },
  { name: 'thread', perSecond: 4, play: readThread },
  { name: 'search', perSecond: 2, play: search },
  { name: 'events', perSecond: 2, play: readEvents },
  { name: 'send', perSecond: 2, play: send },
  { name: 'mark', perSecond: 2, play: mark },
  { name: 'refused', perSecond: 3, play: refused },
  { name: 'upload', perSecond: 0.5, play: upload },
  { name: 'download', perSecond: 1, play: download },
  { name: 'token', perSecond: 0.5, play: makeAndRevoke },
];

const MESSAGE = 'id body sentBy sentAt read attachments { id name url } delivery { state }';

async function readInbox({ ask, seen, chance }: Scene): Promise<void> {
  const { conversations } = await ask<{
    conversations: { nodes: { messages: { nodes: { id: string; attachments: { url: string | null }[] }[] } }[] };
  }>(
    `query ($first: Int) { conversations(first: $first) { totalCount nodes { id unreadCount participant { name }
     messages(first: 3) { nodes { ${MESSAGE} } } } pageInfo { hasNextPage endCursor } sources { state } } }`,
    { first: chance.pick([5, 10, 25]) },
  );
  const messages = conversations.nodes.flatMap((one) => one.messages.nodes);
  remember(seen.messages, messages.map(({ id }) => id).slice(0, 5));
  remember(seen.links, messages.flatMap(({ attachments }) => attachments.flatMap(({ url }) => url ?? [])).slice(0, 5));
}

async function readThread({ ask, chance, writable }: Scene): Promise<void> {
  await ask(
    `query ($id: ID!, $first: Int) { conversation(id: $id) { id participant { name email } booking { checkIn }
     messages(first: $first) { totalCount nodes { ${MESSAGE} } } } }`,
    { id: chance.pick(writable), first: chance.pick([10, 25]) },
  );
}

async function search({ ask, chance }: Scene): Promise<void> {
  const text = `${chance.pick(['question number', 'garden', 'answer number'])} ${chance.between(1, 99)}`;
  const filter = chance.happens(0.3) ? { unread: true } : { text };
  await ask(
    'query ($filter: ConversationFilter) { conversations(filter: $filter, first: 10) { nodes { id lastMessage { body } } } }',
    {
      filter,
    },
  );
}

async function readEvents({ ask }: Scene): Promise<void> {
  const { eventCursor } = await ask<{ eventCursor: string }>('{ eventCursor }');
  await ask(
    'query ($after: EventCursor) { events(after: $after, first: 50) { endCursor nodes { __typename cursor } } }',
    {
      after: eventCursor,
    },
  );
}

async function send({ ask, chance, writable }: Scene): Promise<void> {
  const input = {
    conversationId: chance.pick(writable),
    body: `This is ${fresh('answer')}`,
    idempotencyKey: fresh('key'),
  };
  const query =
    'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } errors { code } } }';
  const { sendMessage } = await ask<{ sendMessage: { message: object | null; errors: object[] } }>(query, { input });
  if (!sendMessage.message) throw new Error(`not sent: ${JSON.stringify(sendMessage.errors)}`);
}

async function mark({ ask, chance, writable, seen }: Scene): Promise<void> {
  if (seen.messages.length === 0 || chance.happens(0.5))
    await ask(
      'mutation ($input: MarkConversationReadInput!) { markConversationRead(input: $input) { errors { code } } }',
      {
        input: { conversationId: chance.pick(writable) },
      },
    );
  else
    await ask('mutation ($input: UpdateMessageInput!) { updateMessage(input: $input) { errors { code } } }', {
      input: { messageId: chance.pick(seen.messages), urgent: chance.happens(0.5), priority: chance.between(0, 9) },
    });
}

// Each with a name of its own, or each would be known from the time before.
const refusals: readonly ((name: string) => { readonly query: string; readonly variables?: object })[] = [
  (name) => ({ query: `query { nothing_${name} }` }),
  (name) => ({ query: `{ viewer { tenant { name } } # ${name}` }),
  (name) => ({
    query: `query A${name} { ${'conversations { nodes { booking { '.repeat(12)} id ${'} } }'.repeat(12)} }`,
  }),
  (name) => ({ query: `query B${name} { conversations(first: 5000) { nodes { id } } }` }),
  (name) => ({ query: `query C${name}($id: ID!) { node(id: $id) { id } }`, variables: { id: 7.5 } }),
  (name) => ({
    query: `query D${name} { viewer { ${Array.from({ length: 40 }, (_, i) => `a${i}: scopes`).join(' ')} } }`,
  }),
];

async function refused({ post, chance }: Scene): Promise<void> {
  const isStranger = chance.happens(0.2);
  const { data, errors = [] } = isStranger
    ? await post({ query: '{ eventCursor }' }, fresh('parley_nobody'))
    : await post(chance.pick(refusals)(nameOfItsOwn()));
  const codes = errors.map(({ extensions }) => extensions?.code);
  if (
    data ||
    codes.length === 0 ||
    (isStranger && codes[0] !== 'UNAUTHENTICATED') ||
    codes.includes('INTERNAL_SERVER_ERROR')
  )
    throw new Error(`not refused as it should be: ${JSON.stringify(errors)}`);
}

/** Asks for so many documents that are asked for once only, good ones and wrong ones: whatever keeps some of them has its fill then. */
export async function askForMany({ ask, post, chance }: Scene, count: number): Promise<void> {
  for (let asked = 0; asked < count; asked += 1) {
    const name = nameOfItsOwn();
    await post(chance.pick(refusals)(name));
    for (let times = 0; times < 2; times += 1)
      await ask(
        `query Q${name} { viewer { tenant { name } } conversations(first: 2) { nodes { id messages(first: 1) { nodes { body } } } } }`,
      );
  }
}

function nameOfItsOwn(): string {
  return fresh('n').replaceAll('-', '_');
}

const UPLOAD = `mutation ($input: UploadAttachmentInput!) {
  uploadAttachment(input: $input) { attachment { id url } errors { code message } }
}`;

async function upload({ url, token, chance, attachable, ask, seen }: Scene): Promise<void> {
  const conversationId = chance.pick(attachable);
  const form = new FormData();
  form.append('operations', JSON.stringify({ query: UPLOAD, variables: { input: { conversationId, file: null } } }));
  form.append('map', JSON.stringify({ 0: ['variables.input.file'] }));
  const picture = pictureOf({ width: 200, height: 120, colour: [chance.between(0, 255), 90, 160] });
  form.append('0', new File([new Uint8Array(picture)], 'map.png', { type: 'image/png' }));
  const headers = { authorization: `Bearer ${token}`, 'x-parley-client': 'battery' };
  const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body: form });
  const { data, errors } = (await answer.json()) as {
    data?: { uploadAttachment: { attachment: { id: string; url: string | null } | null; errors: object[] } };
    errors?: object[];
  };
  const attachment = data?.uploadAttachment.attachment;
  if (!attachment) throw new Error(`not uploaded: ${JSON.stringify(errors ?? data)}`);
  if (attachment.url) remember(seen.links, [attachment.url]);
  const input = { conversationId, body: `With ${fresh('picture')}`, attachmentIds: [attachment.id] };
  await ask('mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } errors { code } } }', {
    input,
  });
}

async function download({ url, seen, chance }: Scene): Promise<void> {
  if (seen.links.length === 0) return;
  const { pathname } = new URL(chance.pick(seen.links));
  const leaving = new AbortController();
  const answer = await fetch(`${url}${pathname}`, { signal: leaving.signal });
  // Some go away half way.
  if (chance.happens(0.2)) leaving.abort();
  else if ((await answer.arrayBuffer()).byteLength === 0 && answer.ok) throw new Error('a file without a byte');
  if (!answer.ok && answer.status !== 404 && answer.status !== 410) throw new Error(`${answer.status} for a file`);
}

async function makeAndRevoke({ ask, post }: Scene): Promise<void> {
  const query = `mutation ($input: CreateTokenInput!) { createToken(input: $input) { token { id } text errors { code } } }`;
  const input = { name: 'soak', scopes: ['messages:read'] };
  const { createToken } = await ask<{ createToken: { token: { id: string }; text: string } }>(query, { input });
  await ask('{ viewer { scopes } }', {}, createToken.text);
  await ask('mutation ($id: ID!) { revokeToken(input: { tokenId: $id }) { errors { code } } }', {
    id: createToken.token.id,
  });
  // For as long as tokens are believed it may still be answered.
  await post({ query: '{ viewer { scopes } }' }, createToken.text);
}
