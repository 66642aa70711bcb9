import type { JsonObject } from '../../domain/json.ts';
import type { Arrival, Handling } from '../../simulator/host.ts';
import { type Desk, findStay, isOurs, type Version } from './simulator-desk.ts';
import { notYourProperty, type Reply, refuse } from './simulator-envelope.ts';
import { createQueue, type Queue } from './simulator-queue.ts';
import type { Requests } from './simulator-requests.ts';
import type { Route } from './simulator-routes.ts';
import { createSearch } from './simulator-search.ts';
import type { Taken } from './simulator-sending.ts';
import { listTags } from './simulator-tags.ts';
import { createThreadDesk, missing } from './simulator-thread-desk.ts';
import { findByReference, listConversations, type Reading, readThread } from './simulator-threads.ts';

/** Carries out what was asked by somebody who may ask. */
export interface Office {
  answer(route: Route, arrival: Arrival, handling: Handling, version: Version): Reply;
  readonly queue: Queue;
}

/** Opens everything behind the token check. */
export function createOffice(desk: Desk, requests: Requests, onTaken: (taken: Taken) => void): Office {
  const okOf = (): JsonObject => ({ ok: desk.switches.okType === 'boolean' ? true : 'true' });
  const queue = createQueue(desk, okOf);
  const search = createSearch(desk, okOf);

  const inThread = createThreadDesk(desk, requests, onTaken, okOf);
  const inProperty = (route: Route, arrival: Arrival, reading: Reading): Reply => {
    if (!isOurs(desk, route.property)) return notYourProperty;
    if (route.operation === 'tags') return listTags(okOf);
    if (route.operation === 'listConversations') return listConversations(desk, route.property, reading, okOf);
    if (route.operation === 'conversationByReference') {
      const reference = arrival.url.searchParams.get('conversation_reference');
      if (!reference) return refuse(400, 'conversation_reference is required');
      const found = findByReference(desk, route.property, route.part, reference);
      return found ? readThread(desk, found, reading, okOf, false) : missing(desk, 'conversation');
    }
    const stay = findStay(desk, route.property, route.conversation);
    return stay ? inThread(route, stay, arrival, reading) : missing(desk, 'conversation');
  };

  return {
    queue,
    answer(route, arrival, handling, version) {
      const query = arrival.url.searchParams;
      switch (route.operation) {
        case 'latest':
          return queue.latest(version, handling);
        case 'confirm':
          return queue.confirm(query.get('number_of_messages'));
        case 'createSearch':
          return search.create(query, version);
        case 'searchResult':
          return search.result(route.part, query.get('page_id'), version, handling);
        default:
          return inProperty(route, arrival, { version, handling, page: query.get('page_id') });
      }
    },
  };
}
