import { createClient } from 'graphql-ws';
import { onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { LiveDocument, type LiveSubscription, type LiveSubscriptionVariables } from '../generated/operations.ts';

/** Somebody who follows new messages over a websocket of their own. */
export interface Follower {
  /** What was told, oldest first. */
  readonly told: readonly LiveSubscription['messageAdded'][];
  /** The last cursor that was told; null before any. */
  readonly cursor: string | null;
  /** Resolves when so many were told. Rejects where the subscription ended or was refused. */
  has(count: number): Promise<void>;
  /** Resolves when the server listens for this subscription. */
  readonly connected: Promise<void>;
  /** Breaks the connection without a word. */
  kill(): void;
}

/** Subscribes at that server. `url` is its HTTP address. */
export function follow(url: string, token: string, variables: LiveSubscriptionVariables = {}): Follower {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${token}` },
  });
  onTestFinished(() => client.dispose());
  const connected = Promise.withResolvers<void>();
  client.on('connected', () => connected.resolve());
  const told: LiveSubscription['messageAdded'][] = [];
  const waiting = new Set<{ count: number; resolve: () => void; reject: (error: unknown) => void }>();
  const end = (error: unknown): void => {
    for (const one of waiting) one.reject(error);
    waiting.clear();
  };
  client.subscribe<LiveSubscription>(
    { query: String(LiveDocument), variables: { ...variables } },
    {
      next({ data, errors }) {
        if (!data) return end(new Error(JSON.stringify(errors)));
        told.push(data.messageAdded);
        for (const one of waiting) if (told.length >= one.count) waiting.delete(one) && one.resolve();
      },
      error: end,
      complete: () => end(new Error('the subscription ended')),
    },
  );
  return {
    told,
    connected: connected.promise,
    get cursor() {
      return told.at(-1)?.cursor ?? null;
    },
    has: (count) =>
      told.length >= count
        ? Promise.resolve()
        : new Promise((resolve, reject) => void waiting.add({ count, resolve, reject })),
    kill: () => client.terminate(),
  };
}
