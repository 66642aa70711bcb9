import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Wakes } from '../lib/wake.ts';
import type { ProviderModule } from '../providers/contract.ts';
import type { RouteAnswer, WebhookVerdict } from '../providers/webhook-contract.ts';
import type { Database } from '../store/database.ts';
import { recordDelivery } from '../store/webhooks.ts';
import type { Connection, Connections } from './connections.ts';
import type { Ingest } from './ingest.ts';
import { accountTopic } from './topics.ts';

/** A delivery as it came off the wire. */
export interface RawDelivery {
  readonly provider: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Where providers call us. */
export interface WebhookDoor {
  /** Judges a delivery, takes it in, and returns the status to answer with: 2xx only once it is safe with us. */
  deliver(delivery: RawDelivery): Promise<200 | 401 | 404 | 413>;
  /** Answers one of a provider's own endpoints here; null where it has none of that method and path. */
  route(method: string, path: string, delivery: RawDelivery): Promise<RouteAnswer | null>;
}

export interface WebhookParts {
  readonly db: Database;
  readonly modules: ReadonlyMap<string, ProviderModule>;
  readonly connections: Connections;
  readonly ingest: Ingest;
  readonly wakes: Wakes;
  readonly clock: Clock;
  readonly log: Log;
}

/** The largest delivery that is read, in bytes (DELIVERY 3.7). */
export const MAX_DELIVERY_BYTES = 256 * 1024;

export function createWebhookDoor(parts: WebhookParts): WebhookDoor {
  return {
    async deliver({ provider, headers, body }) {
      const webhook = parts.modules.get(provider)?.webhook;
      if (!webhook) return 404;
      if (body.byteLength > MAX_DELIVERY_BYTES) return 413;
      const connections = await parts.connections.all(provider);
      const delivery = { headers, body, receivedAt: parts.clock.now() };
      const verdict = webhook(delivery, credentialsOf(connections));
      if (!verdict.valid) {
        parts.log.warn({ provider, reason: verdict.reason }, 'a webhook was refused');
        return 401;
      }
      for (const concerned of verdict.accounts) {
        const connection = connections[concerned.index];
        if (connection && isMeant(connection, concerned.identity))
          await takeIn(parts, connection, verdict, concerned.events);
      }
      return 200;
    },
    async route(method, path, { provider, headers, body }) {
      const routes = parts.modules.get(provider)?.routes ?? [];
      const route = routes.find((one) => one.method === method && one.path === path);
      if (!route) return null;
      const connections = await parts.connections.all(provider);
      return route.handle({ headers, body, receivedAt: parts.clock.now() }, credentialsOf(connections));
    },
  };
}

/** Accounts that share a secret are told apart by the upstream account that the delivery names. */
function isMeant({ account }: Connection, identity: string | undefined): boolean {
  return identity === undefined || account.identity === identity;
}

function credentialsOf(connections: readonly Connection[]): readonly unknown[] {
  return connections.map((one) => one.credentials);
}

async function takeIn(
  parts: WebhookParts,
  { account }: Connection,
  { deliveryId }: Extract<WebhookVerdict, { valid: true }>,
  events: Extract<WebhookVerdict, { valid: true }>['accounts'][number]['events'],
): Promise<void> {
  // Taken in before it is noted as had: a crash in between costs a repeat, which changes nothing.
  if (events.length > 0) await parts.ingest({ accountId: account.id, events });
  const now = parts.clock.now();
  const first =
    deliveryId === null ||
    (await recordDelivery(parts.db, { accountId: account.id, tenantId: account.tenantId, deliveryId, now }));
  if (first && events.length === 0) parts.wakes.notify(accountTopic(account.id));
}
