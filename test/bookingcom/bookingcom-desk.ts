import type { ConversationTruth, ProviderSimulator } from '../../src/simulator/contract.ts';
import { pictureOf } from '../../src/simulator/pictures.ts';
import {
  CapabilitiesDocument,
  FilesDocument,
  type FilesQuery,
  FindByBookingDocument,
  type FindByBookingQuery,
  SendFilesDocument,
  type SendFilesMutation,
  type SendMessageInput,
} from '../generated/operations.ts';
import type { TestApp } from '../helpers/app.ts';

/*
 * What a person does at either of Booking.com's two APIs, by GraphQL alone, and what scripts see in truth.
 */

export const connectivity = 'bookingcom-connectivity';
export const demand = 'bookingcom-demand';

/** The sizes of a picture stand for which one it is. */
export function photo(width = 24): Uint8Array<ArrayBuffer> {
  return new Uint8Array(pictureOf({ width, height: 16, colour: [200, 90, 30] }));
}

export type FileMessage = NonNullable<FilesQuery['conversation']>['messages']['nodes'][number];

/** A thread's newest messages with their files, newest first. */
export async function messagesWithFiles(t: TestApp, id: string): Promise<readonly FileMessage[]> {
  const { data } = await t.gql(FilesDocument, { id, first: 50 });
  return data.conversation?.messages.nodes ?? [];
}

/** What our own address of a file gives whoever opens it. */
export async function opened(t: TestApp, url: string | undefined): Promise<{ type: string | null; bytes: Buffer }> {
  const response = await t.app.fetch(new Request(url ?? 'http://parley.test/attachments/none'));
  return { type: response.headers.get('content-type'), bytes: Buffer.from(await response.arrayBuffer()) };
}

/** Asks for a message to be sent, and lets it go on as far as it goes now. */
export async function sends(t: TestApp, input: SendMessageInput): Promise<SendFilesMutation['sendMessage']> {
  const { data, errors } = await t.gql(SendFilesDocument, { input });
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  await t.settle();
  return data.sendMessage;
}

export type Found = FindByBookingQuery['conversations']['nodes'][number];

/** The conversations of a booking, found by its own and its property's id, looked up at the provider where need be. */
export async function found(t: TestApp, { bookingExternalId, propertyExternalId }: Names): Promise<readonly Found[]> {
  const { data, errors } = await t.gql(FindByBookingDocument, { filter: { bookingExternalId, propertyExternalId } });
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return data.conversations.nodes;
}

export type Names = Pick<ConversationTruth, 'bookingExternalId' | 'propertyExternalId'>;

/** What can be done in a conversation, and the marks on it. */
export async function shown(t: TestApp, id: string) {
  const { data } = await t.gql(CapabilitiesDocument, { id });
  if (!data.conversation) throw new Error(`${id} is not there`);
  return data.conversation;
}

/** A thread as it is in truth. */
export function truthOf(simulator: ProviderSimulator, externalId: string): ConversationTruth {
  const truth = simulator.conversations().find((one) => one.externalId === externalId);
  if (!truth) throw new Error(`there is no conversation ${externalId}`);
  return truth;
}

/** What the other side sends with a picture; answers the file's id there. */
export function participantSends(
  simulator: ProviderSimulator,
  thread: string,
  body: string,
  bytes: Uint8Array,
): string {
  const file = simulator.addAttachment?.(thread, { name: 'photo.png', contentType: 'image/png', bytes });
  if (file === undefined) throw new Error('this simulator has no files');
  simulator.guestWrites(thread, body, { attachments: [file] });
  return file;
}
