import { CancelMessageDocument, RetryMessageDocument, SendDocument } from '../generated/operations.ts';
import { type Deed, keep, keptOf, threadAt } from './deed.ts';
import { type Desk, until } from './desk.ts';
import { picture } from './picture.ts';

interface SendOptions {
  readonly operation: string;
  readonly fault?: Parameters<Desk['simulator']['faults']['next']>[0];
}

/** `type`: what is known of it by the time it was answered. */
async function send(
  desk: Desk,
  n: number,
  files: readonly string[] = [],
  type: 'ok' | 'invoke' = 'ok',
): Promise<string> {
  const { id } = await threadAt(desk);
  const body = `Host ${desk.history.length}`;
  keep(desk, n, { body });
  desk.note('host', type, body);
  const input = { conversationId: id, body, idempotencyKey: body, attachmentIds: [...files] };
  const { sendMessage } = await desk.persist(SendDocument, { input });
  if (!sendMessage.message) throw new Error(JSON.stringify(sendMessage.errors));
  return sendMessage.message.id;
}

async function stateOf(desk: Desk, body: string): Promise<string | undefined> {
  const [row] = await desk.query<{ state: string }>(
    'SELECT o.state FROM outbox o JOIN message m ON m.id = o.message_id WHERE m.body = $1',
    [body],
  );
  return row?.state;
}

/** Somebody of ours writes. `fault`: what the first attempt meets. */
export function sending({ operation, fault }: SendOptions): Deed {
  return {
    async prepare(desk) {
      await threadAt(desk);
      if (fault) desk.simulator.faults.next(fault, { operation });
    },
    act: async (desk, n) => void (await send(desk, n)),
    async ended(desk, n) {
      const done = (await stateOf(desk, keptOf(desk, n).body)) === 'ACCEPTED';
      if (done) desk.simulator.faults.clear();
      return done;
    },
  };
}

/** What was refused for good is tried once more. */
export function retrying({ operation }: SendOptions): Deed {
  return {
    async prepare(desk, n) {
      await threadAt(desk);
      desk.simulator.faults.next({ kind: 'status', status: 403, body: '{}' }, { operation });
      keep(desk, n, { id: await send(desk, n) });
      await until('it was refused', async () => (await stateOf(desk, keptOf(desk, n).body)) === 'FAILED');
    },
    async act(desk, n) {
      const messageId = keptOf(desk, n).id;
      await desk.persist(RetryMessageDocument, { messageId });
    },
    ended: async (desk, n) => (await stateOf(desk, keptOf(desk, n).body)) === 'ACCEPTED',
  };
}

/** What waits for its next attempt is taken back. Where it went out before that could be done, it went out once. */
export function cancelling({ operation }: SendOptions): Deed {
  return {
    async prepare(desk, n) {
      await threadAt(desk);
      desk.simulator.faults.next({ kind: 'status', status: 429, retryAfter: 5 }, { operation });
      keep(desk, n, { id: await send(desk, n, [], 'invoke') });
      await until('it waits', async () => (await stateOf(desk, keptOf(desk, n).body)) === 'QUEUED');
    },
    async act(desk, n) {
      const messageId = keptOf(desk, n).id;
      await desk.persist(CancelMessageDocument, { messageId });
    },
    async ended(desk, n) {
      const state = await stateOf(desk, keptOf(desk, n).body);
      if (state !== 'CANCELLED' && state !== 'ACCEPTED') return false;
      desk.note('host', state === 'CANCELLED' ? 'fail' : 'ok', keptOf(desk, n).body);
      return true;
    },
  };
}

/** A file is uploaded and sent. */
export const upload: Deed = {
  prepare: async (desk) => void (await threadAt(desk)),
  async act(desk, n) {
    const { id } = await threadAt(desk);
    const query = `mutation ($input: UploadAttachmentInput!) { uploadAttachment(input: $input) { attachment { id } errors { message } } }`;
    const operations = JSON.stringify({ query, variables: { input: { conversationId: id, file: null } } });
    const init = (): RequestInit => {
      const body = new FormData();
      body.append('operations', operations);
      body.append('map', '{"0":["variables.input.file"]}');
      body.append('0', new File([picture], 'map.png', { type: 'image/png' }));
      return { method: 'POST', body, headers: desk.authorization };
    };
    const answer = await (await desk.request('/graphql', init)).json();
    const { data } = answer as { data?: { uploadAttachment: { attachment: { id: string } | null } } };
    const file = data?.uploadAttachment.attachment?.id;
    if (!file) throw new Error(JSON.stringify(answer));
    await send(desk, n, [file]);
  },
  async ended(desk, n) {
    const body = keptOf(desk, n).body;
    const sent = desk.simulator.sent.find((one) => one.body === body);
    return (await stateOf(desk, body)) === 'ACCEPTED' && sent?.attachments.length === 1;
  },
};
