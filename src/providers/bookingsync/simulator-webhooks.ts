import { createHmac } from 'node:crypto';
import type { DeliveryTarget, SignedDelivery, WebhookNews } from '../../simulator/contract.ts';
import type { InstalledAccount, SimulatedApplication } from './simulator-application.ts';
import { conversations, messages, showMessage } from './simulator-inbox.ts';
import type { Ledger, News } from './simulator-ledger.ts';
import { templatesOf } from './simulator-listing.ts';
import type { Asked } from './simulator-replies.ts';
import type { MessageRow } from './simulator-rows.ts';
import type { BookingsyncSwitches } from './simulator-switches.ts';

export interface Webhooks {
  make(news?: WebhookNews): SignedDelivery | null;
  deliver(target: DeliveryTarget): () => void;
}

const RETRY_MS = [60_000, 300_000, 1_800_000];

/**
 * HMAC-SHA-1 in hexadecimal digits over the Base64 of the body: broken by Ruby's `encode64` after every 60 characters and at the
 * end, or not at all.
 */
export function signDelivery(body: string, secret: string, form: BookingsyncSwitches['webhookSignature']): string {
  const base64 = Buffer.from(body).toString('base64');
  const signed = form === 'strict' ? base64 : base64.replace(/.{1,60}/g, '$&\n');
  return createHmac('sha1', secret).update(signed).digest('hex');
}

/** The application's one webhook, as far as this account sets it off. `showing` is what shows things as the API would. */
export function createWebhooks(
  ledger: Ledger,
  application: SimulatedApplication,
  account: InstalledAccount,
  showing: Asked,
): Webhooks {
  const bodyOf = (news: News): string =>
    JSON.stringify({
      account_id: account.id,
      event: `inbox_${news.kind}_${news.event}`,
      resource:
        news.kind === 'message'
          ? { links: templatesOf(messages, showing.base, 'message'), message: showMessage(ledger, news.row) }
          : {
              links: templatesOf(conversations, showing.base, 'conversation'),
              conversation: conversations.show(showing, news.row),
            },
    });
  const sign = (body: string, secret: string): SignedDelivery => ({
    headers: {
      'content-type': 'application/json',
      'user-agent': 'BookingSync Webhook Delivery',
      'x-content-signature': signDelivery(body, secret, ledger.switches.webhookSignature),
    },
    body,
  });
  return {
    make(news = {}) {
      const what = newsFor(ledger, news);
      return what && sign(bodyOf(what), news.secret ?? application.clientSecret);
    },
    deliver(target) {
      const carry = createCarrier(ledger, target);
      const tell = (news: News): void => {
        const { selfWebhooks, webhookEvents } = ledger.switches;
        if (!webhookEvents.includes(`inbox_${news.kind}_${news.event}`)) return;
        if (!selfWebhooks && news.kind === 'message' && news.row.own) return;
        carry(sign(bodyOf(news), application.clientSecret));
      };
      ledger.listeners.add(tell);
      return () => ledger.listeners.delete(tell);
    },
  };
}

/** What a delivery is asked for: that message, or the newest of a conversation or of all; a conversation where nobody has written. */
function newsFor(ledger: Ledger, { message, conversation }: WebhookNews): News | null {
  const one = message === undefined ? undefined : ledger.messages.get(Number(message));
  const all = conversation === undefined ? ledger.messages.all() : ledger.messages.of(Number(conversation));
  const row: MessageRow | undefined = message === undefined ? all.at(-1) : one;
  if (row) return { kind: 'message', event: 'created', row };
  const thread = conversation === undefined ? undefined : ledger.conversations.get(Number(conversation));
  return thread && message === undefined ? { kind: 'conversation', event: 'created', row: thread } : null;
}

type Carrier = (delivery: SignedDelivery) => void;

/** Carries deliveries to one endpoint, as badly as the switches say. */
function createCarrier({ clock, switches }: Ledger, target: DeliveryTarget): Carrier {
  let count = 0;
  let waiting: SignedDelivery | null = null;
  const post = async ({ headers, body }: SignedDelivery): Promise<boolean> => {
    const answer = await target.fetch(target.url, { method: 'POST', headers: { ...headers }, body });
    return answer.ok;
  };
  const attempt = async (delivery: SignedDelivery, tries: number): Promise<void> => {
    const taken = await post(delivery).catch(() => false);
    const wait = switches.webhookRetries === '3x' ? RETRY_MS[tries] : undefined;
    if (!taken && wait !== undefined) clock.after(wait, () => void attempt(delivery, tries + 1));
  };
  const start = (delivery: SignedDelivery): void => {
    if (switches.webhookDelayMs === 0) void attempt(delivery, 0);
    else clock.after(switches.webhookDelayMs, () => void attempt(delivery, 0));
  };
  return (delivery) => {
    count += 1;
    if (switches.deliveries === 'dropsSome' && count % 3 === 0) return;
    if (switches.deliveries === 'disordered' && waiting === null) {
      waiting = delivery;
      return;
    }
    start(delivery);
    if (switches.deliveries === 'twice') start(delivery);
    if (waiting !== null) start(waiting);
    waiting = null;
  };
}
