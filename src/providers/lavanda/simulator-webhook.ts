import { createHash, createHmac } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import type { SignedDelivery, WebhookNews } from '../../simulator/contract.ts';
import type { LavandaSwitches } from './simulator-switches.ts';

/** What is signed, in Svix's terms. `timestamp` is in epoch seconds. */
export interface Delivery {
  readonly id: string;
  readonly timestamp: number;
  readonly body: string;
}

/** Svix's signature header for one delivery (docs.svix.com, "Verifying manually"). `secret` begins with `whsec_`. */
export function signDelivery(delivery: Delivery, secret: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signed = `${delivery.id}.${delivery.timestamp}.${delivery.body}`;
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}

/** Makes deliveries with ids of their own. Null for news of a conversation: no such event is documented, so it hangs on a switch. */
export function createPostOffice(secret: string, workspace: string, switches: LavandaSwitches, clock: Clock) {
  let made = 0;
  return (news: WebhookNews = {}): SignedDelivery | null => {
    if (news.conversation !== undefined && !switches.speculativeEvents) return null;
    made += 1;
    const at = news.at ?? clock.now();
    const event = eventOf(news.conversation, uuidOf(made), workspace, clock.now());
    const body = JSON.stringify(event);
    const delivery = {
      id: news.id ?? `msg_sim${String(made).padStart(6, '0')}`,
      timestamp: Math.floor(at.getTime() / 1000),
      body,
    };
    const headers = {
      'content-type': 'application/json',
      'svix-id': delivery.id,
      'svix-timestamp': String(delivery.timestamp),
      'svix-signature': signDelivery(delivery, news.secret ?? secret),
    };
    return { headers, body };
  };
}

function eventOf(conversation: string | undefined, uuid: string, workspace: string, now: Date): object {
  const common = { timestamp: now.toISOString(), workspace: { id: workspace } };
  if (conversation !== undefined) {
    return {
      id: `messaging_${uuid}`,
      type: 'v1.messaging.message.created',
      ...common,
      conversation: { id: conversation },
    };
  }
  return {
    id: `availability_${uuid}`,
    type: 'v1.availability.product_availability.updated',
    ...common,
    product: { id: 'Pq8' },
    availability: [{ available: 3, total: 5, span: { from: now.toISOString(), to: now.toISOString() } }],
  };
}

function uuidOf(count: number): string {
  const hex = createHash('sha256').update(`event ${count}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
