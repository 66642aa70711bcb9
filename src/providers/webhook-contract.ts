import type { ProviderEvent } from '../domain/messaging.ts';

/** One delivery as it arrived. Header names are lower case. */
export interface WebhookDelivery {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly receivedAt: Date;
}

/** An endpoint of ours for a provider to call. */
export interface ProviderRoute<Credentials = unknown> {
  readonly method: 'GET' | 'POST';
  /** Without slashes. */
  readonly path: string;
  /** Answers a call; `accounts` are the credentials of all that are connected. No network, no store. */
  handle(delivery: WebhookDelivery, accounts: readonly Credentials[]): RouteAnswer;
}

export interface RouteAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type WebhookVerdict =
  | { readonly valid: false; readonly reason: string }
  | {
      readonly valid: true;
      /** The same value on a resend; null where the scheme has none. */
      readonly deliveryId: string | null;
      /**
       * Per account named by its index: what the delivery says in full. An empty list is a hint: look now.
       * An account that is not named is not concerned. Where a secret is shared by many accounts, `identity` says which of them
       * the delivery is about, as `verify` names it.
       */
      readonly accounts: readonly {
        readonly index: number;
        readonly events: readonly ProviderEvent[];
        readonly identity?: string;
      }[];
    };
