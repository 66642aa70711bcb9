import type { JsonObject } from '../../domain/json.ts';
import { findAttachment, isTakenBack, type Stay } from '../../simulator/bookingcom.ts';
import type { Arrival } from '../../simulator/host.ts';
import { createAttachments, fileInfo } from './simulator-attachments.ts';
import { readJson } from './simulator-body.ts';
import type { Desk } from './simulator-desk.ts';
import { ok, type Reply, refuse } from './simulator-envelope.ts';
import type { Requests } from './simulator-requests.ts';
import type { Route } from './simulator-routes.ts';
import { send, type Taken } from './simulator-sending.ts';
import { tagByName, tagConversation, tagMessages } from './simulator-tags.ts';
import { type Reading, readThread } from './simulator-threads.ts';

/** Carries out what was asked of one thread. */
export type ThreadDesk = (route: Route, stay: Stay, arrival: Arrival, reading: Reading) => Reply;

/** Everything below `/conversations/{conversation_id}`. */
export function createThreadDesk(
  desk: Desk,
  requests: Requests,
  onTaken: (taken: Taken) => void,
  okOf: () => JsonObject,
): ThreadDesk {
  const attachments = createAttachments(desk, okOf);
  const withFile = (route: Route, stay: Stay, arrival: Arrival): Reply => {
    const file = findAttachment(desk.world, route.part);
    if (file?.conversationId !== stay.conversation.id) return missing(desk, 'attachment');
    if (isTakenBack(stay, file.id)) return missing(desk, 'attachment');
    return route.operation === 'attachmentInfo'
      ? ok(fileInfo(file))
      : attachments.download(stay, file, arrival.url.searchParams);
  };
  return (route, stay, arrival, reading) => {
    const body = readJson(arrival);
    switch (route.operation) {
      case 'conversation':
        return readThread(desk, stay, reading, okOf, true);
      case 'sendMessage': {
        const sending = send(desk, stay, body, requests);
        if ('refusal' in sending) return sending.refusal;
        onTaken(sending.taken);
        return ok({
          ...okOf(),
          message_id: sending.taken.messageExternalId,
          guest_has_account: sending.guestHasAccount,
        });
      }
      case 'uploadAttachment':
        return attachments.upload(stay, body);
      case 'uploadChunk':
        return attachments.uploadChunk(stay, body);
      case 'setNoReplyNeeded':
      case 'clearNoReplyNeeded':
        return tagConversation(desk, stay, route.operation === 'setNoReplyNeeded', okOf);
      case 'markRead':
      case 'markUnread':
        return tagMessages(desk, stay, route.operation === 'markRead', body, okOf);
      case 'setTag':
      case 'clearTag':
        return tagByName(desk, stay, route.operation === 'setTag', body, okOf);
      default:
        return withFile(route, stay, arrival);
    }
  };
}

/** What is not there. */
export function missing({ switches }: Desk, thing: string): Reply {
  return refuse(switches.unknownThing, `The ${thing} does not exist`);
}
