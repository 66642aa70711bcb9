import type { Database } from './database.ts';
import { readRows } from './statement.ts';

/** How long the accounts and the outbox of all tenants have waited. */
export interface FiguresOfAllTenants {
  /** Seconds since the last successful look at the account that has waited longest, by provider. */
  readonly feeds: readonly { readonly provider: string; readonly seconds: number }[];
  /** Messages that are not settled, by state, and the seconds since the oldest of them was asked for. */
  readonly outbox: readonly { readonly state: string; readonly count: number; readonly oldestSeconds: number }[];
}

const open = ['QUEUED', 'SENDING', 'UNKNOWN'] as const;

/** Over all tenants, by the database's clock: numbers only, nothing that tells whose they are. */
export async function figuresOfAllTenants(db: Database): Promise<FiguresOfAllTenants> {
  const feeds = await readRows<[provider: string, seconds: string]>(db, {
    text: `SELECT provider, greatest(0, max(date_part('epoch', parley_now() - coalesce(last_pulled_at, connected_at))))
      FROM account WHERE state NOT IN ('CONNECTING', 'DISCONNECTED') GROUP BY provider`,
    values: [],
  });
  const outbox = await readRows<[state: string, count: string, seconds: string]>(db, {
    text: `SELECT state, count(*), greatest(0, max(date_part('epoch', parley_now() - created_at)))
      FROM outbox WHERE state IN ('QUEUED', 'SENDING', 'UNKNOWN') GROUP BY state`,
    values: [],
  });
  return {
    feeds: feeds.map(([provider, seconds]) => ({ provider, seconds: Number(seconds) })),
    // A state that nothing is in is told as such, or a graph of it would end instead of falling to nothing.
    outbox: open.map((state) => {
      const [, count = 0, seconds = 0] = outbox.find(([one]) => one === state) ?? [];
      return { state, count: Number(count), oldestSeconds: Number(seconds) };
    }),
  };
}
