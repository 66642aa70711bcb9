import { faults } from './faults.ts';
import { type Ground, type GroundOptions, openGround } from './ground.ts';
import { check, type Entry, type Findings } from './history.ts';

/** How large a history is. */
export interface IdempotencySize {
  readonly keys: number;
  /** How often each key is sent, all at once. */
  readonly copies: number;
}

/** What a history of repeated sends came to. */
export interface IdempotencyReport {
  readonly findings: Findings;
  /** Keys whose copies were not all answered alike. */
  readonly unlike: readonly string[];
  /** Keys that were not refused to another text. */
  readonly reused: readonly string[];
}

const AT_ONCE = 8;

/** Every send is asked for many times at once, at any server, while the provider fails: it is one message, and all are told which. */
export async function idempotencyHistory(
  options: Omit<GroundOptions, 'switches'>,
  { keys, copies }: IdempotencySize,
): Promise<IdempotencyReport> {
  const ground = await openGround(options);
  try {
    ground.trouble(0.1, faults);
    const { conversations } = await ground.ask<{ conversations: { nodes: readonly { id: string }[] } }>(
      '{ conversations(first: 100) { nodes { id } } }',
    );
    const history: Entry[] = [];
    const unlike: string[] = [];
    const reused: string[] = [];
    const all = Array.from({ length: keys }, (_, i) => `Key number ${i + 1}`);
    const work = async (): Promise<void> => {
      for (let key = all.shift(); key; key = all.shift()) {
        const conversationId = ground.chance.pick(conversations.nodes).id;
        const answers = await sendCopies(ground, { conversationId, body: key, idempotencyKey: key }, copies);
        history.push({ t: 0, proc: 'driver', op: 'put', type: 'ok', key });
        if (new Set(answers).size !== 1 || !answers[0]) unlike.push(key);
        if (!(await isRefused(ground, { conversationId, body: `${key}, changed`, idempotencyKey: key })))
          reused.push(key);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    await ground.sendsTried();
    ground.trouble(0, []);
    await ground.sendsEnd();
    return { findings: await judge(ground, history), unlike, reused };
  } finally {
    await ground.close();
  }
}

type Input = Readonly<Record<'conversationId' | 'body' | 'idempotencyKey', string>>;
interface Sent {
  readonly sendMessage: {
    readonly message: { readonly id: string } | null;
    readonly errors: readonly { code: string }[];
  };
}
const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } errors { code } } }`;

async function sendCopies(ground: Ground, input: Input, copies: number): Promise<readonly (string | undefined)[]> {
  const sent = Array.from({ length: copies }, () => ground.ask<Sent>(SEND, { input }));
  return (await Promise.all(sent)).map(({ sendMessage }) => sendMessage.message?.id);
}

async function isRefused(ground: Ground, input: Input): Promise<boolean> {
  const { sendMessage } = await ground.ask<Sent>(SEND, { input });
  return sendMessage.message === null && sendMessage.errors[0]?.code === 'IDEMPOTENCY_KEY_REUSED';
}

async function judge(ground: Ground, history: readonly Entry[]): Promise<Findings> {
  const rows = await ground.sql<{ body: string; state: string }>(
    'SELECT m.body, o.state FROM message m JOIN outbox o ON o.message_id = m.id',
  );
  const take = (proc: string, key: string): Entry => ({ t: 0, proc, op: 'take', type: 'ok', key });
  const failed = new Set(rows.flatMap(({ body, state }) => (state === 'FAILED' ? body : [])));
  // What is told to have failed is not promised to the guest any more.
  const forGuest = history.map((put): Entry => (failed.has(put.key) ? { ...put, type: 'info' } : put));
  const atGuest = check([...forGuest, ...ground.simulator.sent.map(({ body }) => take('guest', body))], ['guest']);
  const inRows = check([...history, ...rows.map(({ body }) => take('rows', body))], ['rows']);
  return {
    ...atGuest,
    lost: [...atGuest.lost, ...inRows.lost],
    doubled: [...atGuest.doubled, ...inRows.doubled],
    unexpected: [...atGuest.unexpected, ...inRows.unexpected],
  };
}
