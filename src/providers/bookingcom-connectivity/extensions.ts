import type { SentBy } from '../../domain/messaging.ts';
import type { Call, Checkpoint, Deps, ProviderAdapter, ProviderModule, Pull, SendNote } from '../contract.ts';

/** What one request was called by the provider, for logs: support asks for it. */
export interface RequestNote {
  readonly operation: string;
  readonly status: number;
  readonly requestId: string;
}

export interface NotingDeps extends Deps {
  /** Told of every answer that carries the provider's own id of the request. Must not throw. */
  note?(note: RequestNote): void;
}

/** A stretch of what was looked for in another way than by the change feed. */
export interface Recovery extends Pull {
  /** Ask again then, and not before: the provider is still at work. Null: at once. */
  readonly notBefore: Date | null;
}

export interface RecoveringAdapter extends ProviderAdapter {
  /** What happened since `since`, found in another way than by `pull`: after an outage, or where a confirm may have gone astray. */
  recover(since: Date, from: Checkpoint | null, call: Call): Promise<Recovery>;
}

/** One request to an endpoint of ours that a provider calls. Header names are lower case. */
export interface RouteRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly receivedAt: Date;
}

export interface RouteAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An endpoint of ours beside the one for webhooks. No network, no store. */
export interface ProviderRoute<Credentials> {
  readonly method: 'GET' | 'POST';
  /** What follows `/webhooks/<provider>`, with its slash. */
  readonly path: string;
  handle(request: RouteRequest, accounts: readonly Credentials[]): RouteAnswer;
}

/** As much of a stored message as is needed to judge what an answer to it will do. */
export interface HeldMessage {
  readonly sentBy: SentBy | null;
  readonly kind: string | null;
  readonly automated: boolean | null;
  readonly raw: unknown;
}

export interface RoutedModule<Credentials> extends ProviderModule<Credentials> {
  readonly routes: readonly ProviderRoute<Credentials>[];
  /** What the author of a message should know before it goes out, by its text and by what is held of its thread, oldest first. */
  warn(body: string, thread: readonly HeldMessage[]): readonly SendNote[];
  connect(credentials: Credentials, deps: NotingDeps): RecoveringAdapter;
}
