import { createHash } from 'node:crypto';
import { conversationIds, findMessage, messageIdOf, type Stay, stayOf } from '../../simulator/bookingcom.ts';
import type { DeliveryTarget, SignedDelivery, WebhookNews } from '../../simulator/contract.ts';
import type { Message } from '../../simulator/estate.ts';
import type { SimulatorFetch } from '../../simulator/host.ts';
import { type Desk, isShown, visibleStays } from './simulator-desk.ts';
import { conversationOf, showInNotification } from './simulator-messages.ts';
import { fetchToken, type WebhookClient } from './simulator-token-request.ts';

/** The Connectivity Notification Service: one notification a message, of either side. */
export interface Notifications {
  make(news?: WebhookNews): SignedDelivery | null;
  authorize(tokenUrl: string, fetch: SimulatorFetch): Promise<void>;
  deliver(target: DeliveryTarget): () => void;
  /** A message was judged to be phishing. */
  redacted(message: Message): void;
}

// No schedule of retries is documented: at least once, ever more seldom.
const RETRY_MS = [1_000, 5_000, 30_000, 300_000, 1_800_000];

/** Nobody is notified yet. */
export function createNotifications(desk: Desk, client: WebhookClient): Notifications {
  const { world, clock } = desk;
  let made = 0;
  let kept: string | null = null;
  const targets = new Set<(message: Message, type: string) => void>();
  const body = (message: Message, stay: Stay, type: string, id?: string): string => {
    made += 1;
    const whole = showInNotification(desk, stay, message);
    // What a phishing notice holds is not documented beyond its type: the least that names the message.
    const payload =
      type === NEW
        ? whole
        : { message_id: messageIdOf(message), conversation: whole['conversation'] ?? conversationOf(stay) };
    return JSON.stringify({ metadata: { uuid: id ?? uuidOf(made), type, payloadVersion: '1.0' }, payload });
  };
  const stayAt = (message: Message): Stay | null => {
    const conversation = world.conversations.get(message.conversationId);
    const stay = conversation ? stayOf(world, conversation) : null;
    return stay && (!stay.requested || desk.switches.requestToBook) && isShown(desk, message, 1.0) ? stay : null;
  };
  world.onMessage((message) => {
    for (const tell of targets) tell(message, NEW);
  });
  return {
    make(news = {}) {
      const message = messageFor(desk, news);
      const stay = message ? stayAt(message) : null;
      if (!message || !stay) return null;
      const token = news.token ?? (news.secret === undefined ? kept : null);
      const basic = Buffer.from(`${client.clientId}:${news.secret ?? client.clientSecret}`).toString('base64');
      return {
        headers: {
          'content-type': 'application/json',
          authorization: token === null ? `Basic ${basic}` : `Bearer ${token}`,
        },
        body: body(message, stay, message.redacted ? PHISHING : NEW, news.id),
      };
    },
    async authorize(tokenUrl, fetch) {
      kept = (await fetchToken(desk.switches.tokenRequest, client, tokenUrl, fetch)).token;
    },
    deliver(target) {
      const carry = createCarrier(desk, client, target);
      const tell = (message: Message, type: string): void => {
        const stay = stayAt(message);
        if (stay) carry(body(message, stay, type));
      };
      targets.add(tell);
      return () => targets.delete(tell);
    },
    redacted(message) {
      clock.after(0, () => {
        for (const tell of targets) tell(message, PHISHING);
      });
    },
  };
}

const NEW = 'MESSAGING_API_NEW_MESSAGE';
const PHISHING = 'ACCSEC_PARTNER_PHISHING';

/** The message that a delivery is asked for: that one, the newest of its conversation, or the newest of the first. */
function messageFor(desk: Desk, { message, conversation }: WebhookNews): Message | null {
  if (message !== undefined) return findMessage(desk.world, message);
  const stays = visibleStays(desk).filter((stay) => stay.conversation.messages.length > 0);
  const wanted = stays.find(
    (stay) => conversation === undefined || conversationIds.toExternal(stay.conversation.id) === conversation,
  );
  return wanted?.conversation.messages.at(-1) ?? null;
}

type Carrier = (body: string) => void;

/** Carries bodies to one endpoint, as badly as the switches say, until each was taken. */
function createCarrier(desk: Desk, client: WebhookClient, target: DeliveryTarget): Carrier {
  const { clock, switches } = desk;
  let token: { readonly token: string; readonly until: number } | null = null;
  let count = 0;
  let waiting: string | null = null;
  const post = async (text: string): Promise<boolean> => {
    const now = clock.now().getTime();
    if (!token || token.until <= now) {
      const fresh = await fetchToken(switches.tokenRequest, client, target.tokenUrl, target.fetch);
      token = { token: fresh.token, until: now + fresh.seconds * 1000 };
    }
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token.token}` };
    const answer = await target.fetch(target.url, { method: 'POST', headers, body: text });
    if (answer.status === 401) token = null;
    return answer.ok;
  };
  const attempt = async (text: string, tries: number): Promise<void> => {
    const taken = await post(text).catch(() => false);
    const wait = RETRY_MS[tries];
    if (!taken && wait !== undefined) clock.after(wait, () => void attempt(text, tries + 1));
  };
  return (text) => {
    count += 1;
    if (switches.deliveries === 'dropsSome' && count % 3 === 0) return;
    if (switches.deliveries === 'disordered' && waiting === null) {
      waiting = text;
      return;
    }
    void attempt(text, 0);
    if (switches.deliveries === 'twice') void attempt(text, 0);
    if (waiting !== null) void attempt(waiting, 0);
    waiting = null;
  };
}

function uuidOf(count: number): string {
  const hex = createHash('sha256').update(`notification ${count}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
