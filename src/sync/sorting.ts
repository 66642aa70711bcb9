import type { ProviderEvent } from '../domain/messaging.ts';
import type { ToldMessage } from '../store/message-writes.ts';

/** Events by their type. */
export type Sorted = { readonly [Type in ProviderEvent['type']]: Extract<ProviderEvent, { type: Type }>[] };

/** What was told, each kind by itself, in the order it was told in. */
export function sort(events: readonly ProviderEvent[]): Sorted {
  const sorted: Sorted = {
    booking: [],
    lead: [],
    conversation: [],
    unwritten: [],
    message: [],
    'message-removed': [],
    stale: [],
    unreadable: [],
  };
  for (const event of events) (sorted[event.type] as ProviderEvent[]).push(event);
  return sorted;
}

/** Conversations that something was told of without telling them. */
export function mentions(events: readonly ProviderEvent[]) {
  return events.flatMap((event) => {
    if (event.type === 'message') return [{ externalId: event.conversation, address: event.address }];
    return event.type === 'stale' ? [{ externalId: event.conversation, address: null }] : [];
  });
}

/** The last word on each thing: a statement may not touch a row twice. */
export function lastOfEach<Item extends { readonly externalId: string } | ToldMessage>(
  items: readonly Item[],
): readonly Item[] {
  return [
    ...new Map(items.map((item) => ['message' in item ? item.message.externalId : item.externalId, item])).values(),
  ];
}
