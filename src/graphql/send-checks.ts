import type { Account } from '../domain/account.ts';
import type { DomainError } from '../domain/errors.ts';
import { type AttachmentId, brand, type ConversationId } from '../domain/ids.ts';
import type { Conversation, SentBy } from '../domain/messaging.ts';
import { type Ability, capabilitiesIn, hindrance } from './capabilities.ts';
import type { Context } from './context.ts';
import { idOf } from './node.ts';
import { type Refusal, refusal } from './user-errors.ts';

/** The input of a send, as far as its form is checked. */
export interface SendForm {
  readonly conversationId: string;
  readonly body: string;
  readonly sentBy?: SentBy | null | undefined;
  readonly attachmentIds?: readonly string[] | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly giveUpAfter?: number | null | undefined;
}

const LONGEST_BODY = 20_000;
const MOST_FILES = 10;
const LONGEST_KEY = 255;
const LONGEST_WAIT_S = 7 * 24 * 3600;

/** A send whose form is right, and where it goes. */
export interface CheckedSend {
  readonly ok: true;
  readonly conversation: Conversation;
  readonly account: Account;
  /** Each once. */
  readonly attachmentIds: readonly AttachmentId[];
  /** Why nothing new can be sent there now. */
  readonly refusal: DomainError | null;
}

/** Checks all that can be checked before anything is written, and tells every fault at once. */
export async function checkSend(
  form: SendForm,
  context: Context,
): Promise<CheckedSend | { readonly ok: false; readonly errors: readonly Refusal[] }> {
  const id = idOf<ConversationId>('Conversation', form.conversationId);
  const conversation = id && (await context.loaders.conversations.load(id));
  const account = conversation && (await context.loaders.accounts.load(conversation.accountId));
  const face = context.gateway.providers.find((provider) => provider.id === account?.provider);
  const abilities = conversation && (await capabilitiesIn(conversation, context));
  const longest = Math.min(face?.maxTextLength ?? LONGEST_BODY, LONGEST_BODY);
  const files = [...new Set(form.attachmentIds ?? [])];
  const errors = [
    ...(conversation ? [] : [refusal('NOT_FOUND', 'There is no such conversation.', 'conversationId')]),
    ...bodyFaults(form.body, longest),
    ...sideFaults(form, context),
    ...fileFaults(files, abilities?.attach),
    ...keyFaults(form),
  ];
  if (!conversation || !account || !abilities || errors.length > 0) return { ok: false, errors };
  // What is imported is not delivered: it may have happened wherever one can no longer write.
  const refused = form.sentBy === 'participant' ? null : hindrance(abilities.reply, 'conversationId');
  const attachmentIds = files.map((file) => brand<AttachmentId>(file));
  return { ok: true, conversation, account, attachmentIds, refusal: refused };
}

function bodyFaults(body: string, limit: number): readonly Refusal[] {
  if (body.trim() === '') return [refusal('INVALID', 'The body is blank.', 'body')];
  if (body.length <= limit || [...body].length <= limit) return [];
  return [{ ...refusal('TOO_LARGE', `The body has more than ${limit} characters.`, 'body'), limit }];
}

function sideFaults({ sentBy }: SendForm, { caller }: Context): readonly Refusal[] {
  if (sentBy !== 'participant' || caller.scopes.has('messages:import')) return [];
  return [refusal('FORBIDDEN', 'Writing as the participant needs the scope messages:import.', 'sentBy')];
}

/** Whether they are files of that conversation is looked at when they are hung on the message. */
function fileFaults(files: readonly string[], attach: Ability | undefined): readonly Refusal[] {
  if (files.length === 0) return [];
  if (attach?.mode === 'UNSUPPORTED')
    return [refusal('UNSUPPORTED', 'Files cannot be sent in this conversation.', 'attachmentIds')];
  if (files.length > MOST_FILES)
    return [refusal('INVALID', `A message carries at most ${MOST_FILES} files.`, 'attachmentIds')];
  const strange = files.some((id) => !idOf<AttachmentId>('Attachment', id));
  return strange
    ? [refusal('NOT_FOUND', 'There is no such file for a message of this conversation.', 'attachmentIds')]
    : [];
}

function keyFaults({ idempotencyKey, giveUpAfter }: SendForm): readonly Refusal[] {
  const errors: Refusal[] = [];
  if (typeof idempotencyKey === 'string' && (idempotencyKey === '' || idempotencyKey.length > LONGEST_KEY))
    errors.push(refusal('INVALID', `A key has 1 to ${LONGEST_KEY} characters.`, 'idempotencyKey'));
  if (typeof giveUpAfter === 'number' && (giveUpAfter < 1 || giveUpAfter > LONGEST_WAIT_S))
    errors.push(refusal('INVALID', `giveUpAfter is from 1 to ${LONGEST_WAIT_S} seconds.`, 'giveUpAfter'));
  return errors;
}
