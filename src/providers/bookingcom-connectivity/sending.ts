import { brand } from '../../domain/ids.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Call, ConversationKey, Deps, ProviderAdapter } from '../contract.ts';
import { asProviderError, harmless, refusal } from './failures.ts';
import { linkNotes } from './notes.ts';
import { pathOf, placeOf } from './places.ts';
import type { Reading } from './reading.ts';
import type { Session } from './session.ts';
import { finestTime } from './uuid-time.ts';
import { readAs, wireSent } from './wire.ts';

/** Where things are written: a conversation whose property and id are known. */
export interface Target {
  readonly property: string;
  readonly id: string;
}

/** A conversation by its property and id; what is only known by its reservation is looked up first. Throws with no effect. */
export async function targetOf(key: ConversationKey, reading: Reading, operation: string, call: Call): Promise<Target> {
  const { property } = placeOf(key.address);
  if (property !== null && key.externalId !== null) return { property, id: key.externalId };
  const found = await reading.thread(key, operation, call).catch((error) => {
    throw harmless(operation, error);
  });
  const { place, conversation } = found?.read ?? {};
  if (!place?.property || !conversation) throw refusal(operation, 'not-found', 'there is no such conversation');
  return { property: place.property, id: conversation.externalId };
}

/** Sends one message as the property. There is no key of ours to send along, so only a clear refusal counts as one. */
export function createSending(session: Session, reading: Reading, deps: Deps): ProviderAdapter['send'] {
  return async ({ conversation, body, attachments }, call) => {
    try {
      if (body.trim() === '') throw refusal('send', 'invalid', 'a message needs a text, also beside attachments');
      const { property, id } = await targetOf(conversation, reading, 'send', call);
      const message: JsonObject = {
        content: body,
        ...(attachments.length > 0 && { attachment_ids: [...attachments] }),
      };
      const path = pathOf('send', property, 'conversations', id);
      const data = await session.ask('send', { method: 'POST', path, body: { message }, secret: [body] }, call);
      const { message_id: sent = null, guest_has_account: hasAccount = null } = readAs(wireSent, data) ?? {};
      const now = deps.now();
      return {
        kind: 'accepted',
        id: sent === null ? null : brand(sent),
        at: (sent === null ? null : finestTime(sent, now)) ?? now,
        // Without an account the guest is mailed (managing conversations).
        notes: [...(hasAccount === false ? (['GUEST_GETS_EMAIL'] as const) : []), ...linkNotes(body)],
      };
    } catch (cause) {
      const error = asProviderError('send', cause);
      return { kind: error.noEffect ? 'rejected' : 'unknown', error };
    }
  };
}
