import type { SendWarning } from '../../domain/gateway.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { ConversationFacts, ProviderMessage } from '../../domain/messaging.ts';
import { isObject, name } from './wire.ts';

// Whether a property's list of approved links has this one is only seen in the extranet.
const link = new RegExp(
  [
    String.raw`\bhttps?:\/\/\S`,
    String.raw`\bwww\.\S`,
    // A bare domain, but no mail address, file or number.
    String.raw`(?<![\w@.-])(?:[a-z0-9-]+\.)+(?:com|net|org|info|eu|co\.uk|de|fr|es|it|nl|pt|se|ch|at|be)(?![\w@-])`,
  ].join('|'),
  'i',
);

/** Requests that the first message sent through the API answers, whatever it says (understanding the messaging API). */
const answerable = new Set(['checkin', 'checkout', 'bed_type', 'extra_crib', 'extra_bed']);

/** What the author of a text should know before it goes out. */
export function warningsFor(
  { body }: { readonly body: string },
  facts: ConversationFacts | null,
): readonly SendWarning[] {
  const asked = typeof facts?.details?.asks === 'string';
  return [
    ...(facts?.mailed ? (['GUEST_GETS_EMAIL'] as const) : []),
    ...linkNotes(body),
    ...(asked ? (['ANSWERS_SELF_SERVICE_REQUEST'] as const) : []),
  ];
}

/** Links that the property has not approved are taken out of what the guest sees. */
export function linkNotes(body: string): readonly SendWarning[] {
  return link.test(body) ? ['LINKS_MAY_BE_REMOVED'] : [];
}

/**
 * Whether the newest of these messages, oldest first, leave a request open that the next message will answer: its topic as `asks`, or an
 * empty object where none is. Null where they do not tell. What the extranet's templates send by themselves answers nothing.
 */
export function openRequest(messages: readonly ProviderMessage[]): JsonObject | null {
  const telling = messages.findLast((one) => topicOf(one) !== null || (one.sentBy === 'us' && one.automated !== true));
  if (!telling) return null;
  const topic = topicOf(telling);
  return topic === null ? {} : { asks: topic };
}

function topicOf({ kind, raw }: ProviderMessage): string | null {
  if (kind !== 'self_service_event' || !isObject(raw) || !isObject(raw.attributes)) return null;
  const topic = name.parse(raw.attributes.self_service_topic);
  return topic !== null && answerable.has(topic) ? topic : null;
}
