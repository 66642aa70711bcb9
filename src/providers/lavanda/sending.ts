import { ProviderError, type ProviderErrorKind } from '../../domain/errors.ts';
import { brand } from '../../domain/ids.ts';
import type { Json } from '../../domain/json.ts';
import type { Call, Deps, OutgoingMessage, ProviderAdapter, SendOutcome } from '../contract.ts';
import type { Ask } from './asking.ts';
import type { SendSpelling } from './dialect.ts';
import { sendDocument } from './documents.ts';
import { asProviderError, harmless, PROVIDER, RefusedDocument } from './failures.ts';
import { valueAt } from './lists.ts';
import type { Session } from './session.ts';
import { isObject } from './wire.ts';

type Reading = Pick<ProviderAdapter, 'conversations'>;

/** Sends one message as our side. There is no key of ours to send along, so only a clear refusal counts as one. */
export function createSending(session: Session, reading: Reading, deps: Deps): ProviderAdapter['send'] {
  return async (message, call) => {
    try {
      if (message.attachments.length > 0) throw refusal('invalid', 'attachments cannot be sent');
      const id = await idOf(message, reading, call);
      const sent = await session.speak(call, async (dialect, ask) => {
        if (!dialect.send) throw refusal('invalid', 'the schema has no way to send');
        return sendOnce(dialect.send, id, message.body, ask);
      });
      return { kind: 'accepted', id: sent, at: deps.now(), notes: [] };
    } catch (cause) {
      const error = asProviderError('send', cause);
      return { kind: error.noEffect ? 'rejected' : 'unknown', error };
    }
  };
}

type SentId = Extract<SendOutcome, { kind: 'accepted' }>['id'];

async function sendOnce(spelling: SendSpelling, id: string, body: string, ask: Ask): Promise<SentId> {
  const reply = await ask('send', sendDocument(spelling, id, body));
  const sent = valueAt(reply.data, spelling.path);
  if (isObject(sent)) return readId(sent.id);
  if (reply.errors.length === 0) {
    const message = 'neither an id nor an error in the answer';
    throw new ProviderError({ provider: PROVIDER, operation: 'send', kind: 'protocol', message });
  }
  const error = reply.failure(reply.errors);
  // A refusal that is not certain must not look like one of dialect, after which all is done once more.
  if (error instanceof RefusedDocument && !error.noEffect) throw plain(error);
  throw error;
}

/** A conversation that was only known by its booking or lead is looked up first. */
async function idOf({ conversation }: OutgoingMessage, reading: Reading, call: Call): Promise<string> {
  if (conversation.externalId !== null) return conversation.externalId;
  const [slot] = await reading.conversations([conversation], call).catch((error) => {
    throw harmless('send', error);
  });
  if (slot && !slot.ok) throw harmless('send', slot.error);
  if (slot?.value) return slot.value.externalId;
  throw refusal('not-found', 'there is no conversation yet');
}

function readId(id: Json | undefined): SentId {
  return (typeof id === 'string' && id !== '') || typeof id === 'number' ? brand(String(id)) : null;
}

function plain({ provider, operation, detail }: ProviderError): ProviderError {
  return new ProviderError({ provider, operation, kind: 'protocol', message: detail });
}

function refusal(kind: ProviderErrorKind, message: string): ProviderError {
  return new ProviderError({ provider: PROVIDER, operation: 'send', kind, message, noEffect: true });
}
