import { ProviderError, type ProviderErrorKind } from '../../src/domain/errors.ts';
import { brand, type ExternalAttachmentId } from '../../src/domain/ids.ts';
import type {
  BookingKey,
  Call,
  ConversationKey,
  OutgoingMessage,
  ProviderAdapter,
  SendOutcome,
} from '../../src/providers/contract.ts';
import type { Fault } from '../../src/simulator/faults.ts';
import { pictureOfSize } from '../../src/simulator/pictures.ts';
import { type Bench, type BenchOptions, createMemoryJar, openBench, type Subject } from './bench.ts';
import { discover, keysIn, stored } from './walking.ts';

/** What goes wrong on the way, and what must be made of it. */
export interface Trouble {
  readonly title: string;
  readonly fault: Fault;
  readonly kind: ProviderErrorKind;
  /** Seconds until the provider wants to be asked again. */
  readonly retryAfter?: number;
  /** Whether it is certain that a message did not go out. */
  readonly harmless: boolean;
}

const status = (code: number, kind: ProviderErrorKind, harmless: boolean): Trouble => ({
  title: `the provider answers ${code}`,
  fault: { kind: 'status', status: code },
  ...{ kind, harmless },
});

const garbage = (what: string, body?: string): Trouble => ({
  title: `the answer is ${what}`,
  fault: { kind: 'garbage', ...(body !== undefined && { body }) },
  ...{ kind: 'protocol', harmless: false },
});

/** Trouble that any provider may have. */
export const troubles: readonly Trouble[] = [
  {
    title: 'the provider answers 429 and says when to come back',
    fault: { kind: 'status', status: 429, retryAfter: 30 },
    ...{ kind: 'rate-limited', retryAfter: 30, harmless: true },
  },
  status(401, 'auth', true),
  ...[500, 502, 503, 504].map((code) => status(code, 'unavailable', false)),
  { title: 'the connection is refused', fault: { kind: 'refuse' }, kind: 'unavailable', harmless: true },
  { title: 'the connection breaks after the effect', fault: { kind: 'cut' }, kind: 'unavailable', harmless: false },
  {
    title: 'the connection breaks before the effect',
    fault: { kind: 'cut', effect: false },
    ...{ kind: 'unavailable', harmless: false },
  },
  garbage('a web page'),
  garbage('cut off', '{"data": {"a'),
  garbage('empty', ''),
  garbage('no object', '42'),
  garbage('null', 'null'),
  { title: 'no answer comes in time', fault: { kind: 'hang', effect: true }, kind: 'timeout', harmless: false },
];

/** Lets a request pass as if there were no script: for trouble that is to come later. */
export const noTrouble: Fault = { kind: 'hold', until: Promise.resolve() };

/** An adapter among conversations that it has found before, so that its next request is for what it is asked. */
export interface Scene {
  readonly bench: Bench;
  readonly keys: readonly ConversationKey[];
  readonly bookings: readonly BookingKey[];
  /** A number that makes texts differ. */
  said: number;
}

export async function openScene(subject: Subject, options: BenchOptions = {}): Promise<Scene> {
  const bench = openBench(subject, { size: 4, ...options });
  const heard = await discover(bench.adapter);
  const keys = await keysIn(bench, heard);
  const { bookings } = heard;
  // Sees to whatever is learned by reading.
  await bench.adapter.conversations(keys.slice(0, bench.module.limits.batchSize), callWithoutEnd());
  bench.simulator.calls.reset();
  const bookingKeys = [...bookings.values()].map(({ externalId, address }) => ({ externalId, address }));
  return { bench, keys, bookings: bookingKeys.slice(0, bench.module.limits.batchSize), said: 0 };
}

const callWithoutEnd = (): Call => ({ signal: new AbortController().signal, lane: 'background' });

/** A message into the scene's first conversation. */
export function messageIn({ keys }: Scene, body: string): OutgoingMessage {
  const [conversation] = keys;
  if (!conversation) throw new Error('there is no conversation');
  return { conversation, body, attachments: [] };
}

type Ask = (adapter: ProviderAdapter, scene: Scene, call: Call) => Promise<unknown> | undefined;

/** Each method, asked something that it can answer. */
export const asks: Readonly<Record<keyof ProviderAdapter, Ask>> = {
  verify: (adapter, _, call) => adapter.verify(call),
  conversations: (adapter, { keys }, call) => adapter.conversations(keys.slice(0, 3), call),
  messages: (adapter, { keys }, call) =>
    adapter.messages(
      keys.slice(0, 3).map((conversation) => ({ conversation, older: null })),
      call,
    ),
  send(adapter, scene, call) {
    scene.said += 1;
    return adapter.send(messageIn(scene, `Message ${scene.said}`), call);
  },
  pull: (adapter, _, call) => adapter.pull?.(null, call),
  confirm: async (adapter, scene, call) => {
    // What was confirmed is gone: there must be something new each time.
    scene.bench.simulator.guestWrites(messageIn(scene, '').conversation.externalId ?? '', 'To be confirmed');
    const receipt = (await adapter.pull?.(null, call))?.receipt;
    if (!receipt) throw new Error('there is nothing to confirm');
    await adapter.confirm?.(stored(receipt), call);
  },
  sweep: (adapter, _, call) => adapter.sweep?.(null, call),
  glance: (adapter, _, call) => adapter.glance?.(call),
  findConversation(adapter, { bench }, call) {
    const known = bench.simulator.conversations().find((one) => one.propertyExternalId && one.bookingExternalId);
    const { propertyExternalId: property = null, bookingExternalId: booking = null } = known ?? {};
    return property && booking ? adapter.findConversation?.({ property, booking }, call) : undefined;
  },
  bookings: (adapter, { bookings }, call) => adapter.bookings?.(bookings, call),
  upload: (adapter, scene, call) => adapter.upload?.(fileIn(scene), call),
  describeAttachment: async (adapter, scene, call) => {
    const { conversation } = messageIn(scene, '');
    const id = (await adapter.upload?.(fileIn(scene), call)) ?? brand<ExternalAttachmentId>('none');
    return adapter.describeAttachment?.(id, conversation, call);
  },
  download: async (adapter, scene, call) => {
    const { conversation } = messageIn(scene, '');
    return adapter.download?.((await adapter.upload?.(fileIn(scene), call)) ?? brand('none'), conversation, call);
  },
  markRead(adapter, scene, call) {
    const { conversation } = messageIn(scene, '');
    const truth = scene.bench.simulator.conversations().find((one) => one.externalId === conversation.externalId);
    const ids = (truth?.messages ?? []).map((message) => brand<never>(message.externalId));
    return adapter.markRead?.(conversation, ids, call);
  },
  setNoReplyNeeded: (adapter, scene, call) => adapter.setNoReplyNeeded?.(messageIn(scene, '').conversation, true, call),
  setClosed: (adapter, scene, call) => adapter.setClosed?.(messageIn(scene, '').conversation, true, call),
};

/** The methods that a provider's adapters have, by the names in `asks`. */
export function methodsOf({ methods }: Subject): readonly (keyof ProviderAdapter)[] {
  return (Object.keys(asks) as (keyof ProviderAdapter)[]).filter((name) => methods.has(name));
}

/** All that went wrong in one call: what it threw, the failures in its slots, or why nothing is known of a send. */
export async function failuresOf(work: Promise<unknown> | undefined): Promise<readonly unknown[]> {
  try {
    const answer = await work;
    if (Array.isArray(answer)) return answer.flatMap((slot) => (slot?.ok === false ? [slot.error] : []));
    return isFailedSend(answer) ? [answer.error] : [];
  } catch (error) {
    return [error];
  }
}

function isFailedSend(answer: unknown): answer is Exclude<SendOutcome, { kind: 'accepted' }> {
  return typeof answer === 'object' && answer !== null && 'kind' in answer && 'error' in answer;
}

/** Whether everything in the list is an error that may leave an adapter, and names its provider. */
export function areProviderErrors(failures: readonly unknown[], { module }: Bench): boolean {
  return failures.every((error) => error instanceof ProviderError && error.provider === module.id);
}

/** An adapter of another process that was given everything that the scene's has learned. */
export function sameAgain({ bench }: Scene, parts: Parameters<Bench['connect']>[0] = {}): ProviderAdapter {
  return bench.connect({ memory: createMemoryJar(bench.memory.text), ...parts });
}

function fileIn(scene: Scene) {
  const { conversation } = messageIn(scene, '');
  return { conversation, name: 'plan.png', contentType: 'image/png', bytes: pictureOfSize(2000) };
}
