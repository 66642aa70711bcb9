import { brand } from '../../domain/ids.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Call, Deps, OutgoingMessage, ProviderAdapter } from '../contract.ts';
import type { Client } from './client.ts';
import { asProviderError, harmless, protocolError, refusal } from './failures.ts';
import { timeOf } from './moments.ts';
import { placeFor, type Threads } from './threads.ts';
import { readId } from './wire.ts';

/** Sends one message as the guest's side. There is no key of ours to send along, so only a clear refusal counts as one. */
export function createSending(client: Client, threads: Threads, deps: Deps): ProviderAdapter['send'] {
  return async (message, call) => {
    try {
      const body = await bodyOf(message, threads, call);
      const id = readId(await client.ask('send', body, call), 'message', 'message_id', 'id');
      if (id === null) throw protocolError('send', 'there is no id of a message in the answer');
      // The provider's clock, as the thread will have it.
      return { kind: 'accepted', id: brand(id), at: timeOf(id) ?? deps.now(), notes: [] };
    } catch (cause) {
      const error = asProviderError('send', cause);
      return { kind: error.noEffect ? 'rejected' : 'unknown', error };
    }
  };
}

/**
 * The reference requires `conversation`, while the guides send `reservation` alone, "if no conversation exists this starts one". So the
 * conversation is named wherever it is known or can be found.
 */
async function bodyOf(message: OutgoingMessage, threads: Threads, call: Call): Promise<JsonObject> {
  const { accommodation, reservation } = placeFor('send', message.conversation);
  const conversation = await threads.idOf('send', message.conversation, call).catch((error) => {
    throw harmless('send', error);
  });
  if (conversation === null && reservation === null) throw refusal('send', 'not-found', 'there is no conversation');
  return {
    ...(conversation === null ? { reservation } : { conversation }),
    accommodation,
    content: message.body,
    ...(message.attachments.length > 0 && { attachments: message.attachments }),
  };
}
