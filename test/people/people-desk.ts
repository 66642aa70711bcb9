import { brand } from '../../src/domain/ids.ts';
import type { ProviderEvent } from '../../src/domain/messaging.ts';
import { EraseParticipantDocument, PeopleDocument } from '../generated/operations.ts';
import { type TestApp, type TestAppOptions, testApp } from '../helpers/app.ts';
import { doorOf } from '../helpers/listing.ts';
import { eventsOfPerson } from './markers.ts';

export const MINUTE = 60_000;

/** A system whose loops are not started, and which was told of two people and nothing else, a minute ago. */
export async function twoPeople(options: TestAppOptions = {}) {
  const t = await testApp({ idle: true, ...options });
  const accountId = brand<never>(await t.connect());
  const at = new Date(t.clock.now().getTime() - MINUTE);
  const tell = (events: readonly ProviderEvent[]) => doorOf(t)({ accountId, events });
  await tell([...eventsOfPerson('ann', at), ...eventsOfPerson('bob', at)]);
  return { t, accountId, at, tell };
}

/** Somebody's thread, as the API tells it. */
export async function threadWith(t: TestApp, who: string) {
  const { data } = await t.gql(PeopleDocument);
  const thread = data.conversations.nodes.find((one) => one.externalId === `thread of ${who}`);
  if (!thread) throw new Error(`nobody is called ${who}`);
  return thread;
}

/** Erases who is at the other end of a thread. */
export async function eraseWho(t: TestApp, thread: { readonly participant: { readonly id: string } | null }) {
  const { data, errors } = await t.gql(EraseParticipantDocument, { participantId: thread.participant?.id ?? '' });
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return data.eraseParticipant;
}
