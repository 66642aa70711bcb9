/** How much callers may ask of one server process. Handed to the application as one object; tests hand in others. */
export interface Limits {
  /** IP addresses and CIDR ranges whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** Websockets and event streams that one address may hold open. */
  readonly socketsPerAddress: number;
  /** The same of all addresses together. */
  readonly sockets: number;
  /** Operations that are carried out at the same time. */
  readonly inFlight: number;
  /** Operations that may wait for that; as many may wait for a provider, with their places given to others. */
  readonly queued: number;
  /** What a token may spend at once, in points of an operation's cost. */
  readonly costBudget: number;
  /** What a token gets back of that each second. */
  readonly costRefill: number;
}

/** The limits of a server that is told no others. */
export const defaultLimits: Limits = {
  trustedProxies: [],
  socketsPerAddress: 50,
  sockets: 10_000,
  inFlight: 100,
  queued: 500,
  // Four hundred full pages of an inbox at once, and eight a second from then on: a token stands for a whole company's people.
  costBudget: 5_000_000,
  costRefill: 100_000,
};

/** Limits that nothing meets: for measurements of what is behind them. */
export const noLimits: Limits = {
  trustedProxies: [],
  socketsPerAddress: 1_000_000,
  sockets: 1_000_000,
  inFlight: 100_000,
  queued: 100_000,
  costBudget: 900_000_000_000,
  costRefill: 900_000_000_000,
};
