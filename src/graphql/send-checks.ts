import type { ConversationId } from '../domain/ids.ts';
import type { SentBy } from '../domain/messaging.ts';
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
const LONGEST_KEY = 255;
const LONGEST_WAIT_S = 7 * 24 * 3600;

/** Checks all that can be checked before anything is written, and tells every fault at once. */
export async function checkSend(
  form: SendForm,
  context: Context,
): Promise<
  | { readonly ok: true; readonly conversationId: ConversationId }
  | { readonly ok: false; readonly errors: readonly Refusal[] }
> {
  const id = idOf<ConversationId>('Conversation', form.conversationId);
  const conversation = id && (await context.loaders.conversations.load(id));
  const account = conversation && (await context.loaders.accounts.load(conversation.accountId));
  const face = context.gateway.providers.find((provider) => provider.id === account?.provider);
  const longest = Math.min(face?.maxTextLength ?? LONGEST_BODY, LONGEST_BODY);
  const errors = [
    ...(conversation ? [] : [refusal('NOT_FOUND', 'There is no such conversation.', 'conversationId')]),
    ...bodyFaults(form.body, longest),
    ...sideFaults(form, context),
    ...keyFaults(form),
  ];
  return conversation && errors.length === 0 ? { ok: true, conversationId: conversation.id } : { ok: false, errors };
}

function bodyFaults(body: string, limit: number): readonly Refusal[] {
  if (body.trim() === '') return [refusal('INVALID', 'The body is blank.', 'body')];
  if (body.length <= limit || [...body].length <= limit) return [];
  return [{ ...refusal('TOO_LARGE', `The body has more than ${limit} characters.`, 'body'), limit }];
}

function sideFaults({ sentBy, attachmentIds }: SendForm, { caller }: Context): readonly Refusal[] {
  const errors: Refusal[] = [];
  if (sentBy === 'participant' && !caller.scopes.has('messages:import'))
    errors.push(refusal('FORBIDDEN', 'Writing as the participant needs the scope messages:import.', 'sentBy'));
  if (attachmentIds && attachmentIds.length > 0)
    errors.push(refusal('UNSUPPORTED', 'Files cannot be sent in this conversation.', 'attachmentIds'));
  return errors;
}

function keyFaults({ idempotencyKey, giveUpAfter }: SendForm): readonly Refusal[] {
  const errors: Refusal[] = [];
  if (typeof idempotencyKey === 'string' && (idempotencyKey === '' || idempotencyKey.length > LONGEST_KEY))
    errors.push(refusal('INVALID', `A key has 1 to ${LONGEST_KEY} characters.`, 'idempotencyKey'));
  if (typeof giveUpAfter === 'number' && (giveUpAfter < 1 || giveUpAfter > LONGEST_WAIT_S))
    errors.push(refusal('INVALID', `giveUpAfter is from 1 to ${LONGEST_WAIT_S} seconds.`, 'giveUpAfter'));
  return errors;
}
