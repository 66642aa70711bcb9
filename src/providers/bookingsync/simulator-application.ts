import { createHash } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';

/** One account that has installed the application. */
export interface InstalledAccount {
  readonly id: number;
  readonly name: string;
  readonly createdAt: Date;
  /** When it uninstalled; null while it has not. */
  readonly leftAt: Date | null;
}

/** What stands before the accounts: one pair of credentials, one budget, one webhook secret. */
export interface SimulatedApplication {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  /** How many requests an hour are its own, over all accounts. */
  readonly limit: number;
  /** One more account installs it; the same name is the same account. */
  install(name: string): InstalledAccount;
  leave(id: number): void;
  accounts(): readonly InstalledAccount[];
  /** Takes one request from this hour's budget. */
  take(limit: number): Budget;
  /** The next request's own id. */
  nextRequestId(): string;
}

/** What is left of an hour. */
export interface Budget {
  readonly admitted: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Epoch seconds: the whole hour at which everything is given back. */
  readonly reset: number;
}

export interface ApplicationOptions {
  readonly clock: Clock;
  /** Another name is another application. Absent: `demo`. */
  readonly name?: string;
  /** Requests an hour. Absent: 1000, as documented. */
  readonly limit?: number;
}

const hourSeconds = 3600;

/** An application that nobody has installed yet. Several simulators may be put behind one. */
export function createApplication({ clock, name = 'demo', limit = 1000 }: ApplicationOptions): SimulatedApplication {
  const accounts = new Map<number, InstalledAccount>();
  let hour = -1;
  let taken = 0;
  let asked = 0;
  return {
    clientId: hexOf(`client ${name}`),
    clientSecret: hexOf(`secret ${name}`),
    redirectUri: `https://parley.example/bookingsync/${encodeURIComponent(name)}`,
    limit,
    install(account) {
      const id = accountIdOf(account);
      const known = accounts.get(id) ?? { id, name: account, createdAt: clock.now(), leftAt: null };
      accounts.set(id, { ...known, leftAt: null });
      return { ...known, leftAt: null };
    },
    leave(id) {
      const known = accounts.get(id);
      if (known) accounts.set(id, { ...known, leftAt: clock.now() });
    },
    accounts: () => [...accounts.values()].sort((a, b) => a.id - b.id),
    take(allowed) {
      const current = Math.floor(clock.now().getTime() / 1000 / hourSeconds);
      if (current !== hour) taken = 0;
      hour = current;
      const admitted = taken < allowed;
      if (admitted) taken += 1;
      return { admitted, limit: allowed, remaining: Math.max(0, allowed - taken), reset: (current + 1) * hourSeconds };
    },
    nextRequestId() {
      asked += 1;
      const hex = hexOf(`request ${name} ${asked}`);
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
    },
  };
}

/** 64 hexadecimal digits, as ids, secrets and tokens are there. */
export function hexOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A number of its own for every name. */
function accountIdOf(name: string): number {
  return 11 + (Number.parseInt(hexOf(`account ${name}`).slice(0, 8), 16) % 1_000_000);
}
