/** Where attacks go to: the server as a client with a good token knows it. */
export interface Site {
  /** Without a path. */
  readonly url: string;
  readonly token: string;
  /** A conversation that can be written in. */
  readonly conversationId: string;
}

/** How an attack reaches the server. */
export type WayName = 'POST' | 'GET' | 'events' | 'websocket' | 'bytes';

/** What is told of an operation, as a client would. */
export interface Payload {
  readonly query?: unknown;
  readonly variables?: unknown;
  readonly operationName?: unknown;
  readonly extensions?: unknown;
  readonly [more: string]: unknown;
}

/** A request as it goes over the wire, its path and its token aside. */
export interface Posted {
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Buffer;
  /** Sends the body in chunks, without saying its length. */
  readonly chunked?: true;
}

/** What is sent; each kind goes by the ways that it can. */
export type Assault =
  /** An operation: by POST, by GET, as events and by websocket. */
  | { readonly kind: 'operation'; readonly payload: Payload }
  /** A JSON text that is no operation as it should be: by POST, as events, and by websocket as what is subscribed to. */
  | { readonly kind: 'json'; readonly text: string }
  | { readonly kind: 'posted'; readonly posted: Posted }
  /** Everything that is written to a connection of TCP. */
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  /** Messages of a websocket: of one that has not introduced itself, of one that has, or both. */
  | {
      readonly kind: 'messages';
      readonly messages: readonly (string | Buffer)[];
      readonly to: 'new' | 'known' | 'both';
    }
  /** Bytes on a websocket that was opened and acknowledged. */
  | { readonly kind: 'frames'; readonly bytes: Buffer }
  /** Opens no websocket as it should. */
  | { readonly kind: 'handshake'; readonly bytes: Buffer };

/** A bad input with its name. */
export interface Attack {
  readonly name: string;
  /**
   * `refused`: nothing may be done. `answered`: it may be answered, for it only looks bad. Either way nothing may break, and nothing of our
   * inside be told.
   */
  readonly expected: 'refused' | 'answered';
  /** The only ways it goes; all that it can go where they are absent. */
  readonly ways?: readonly WayName[];
  /** Made as it is needed: some are megabytes. */
  make(site: Site): Assault;
}

/** What came back by one way. */
export interface Heard {
  readonly way: string;
  /** Of the answers by HTTP, in the order that they came. */
  readonly statuses: readonly number[];
  /** The code that a websocket was closed with, by the server; null where it was not. */
  readonly closed: number | null;
  /** Everything that came, as text, headers included. */
  readonly text: string;
  /** What is left of it where it is JSON, or several of it. */
  readonly answers: readonly unknown[];
  /** Whether the connection was closed by the server before it was answered in full. */
  readonly cut: boolean;
  /** Whether an end of it was seen. */
  readonly ended: boolean;
  readonly ms: number;
}

/** An operation that must be refused. */
export function refusedOperation(name: string, payload: (site: Site) => Payload): Attack {
  return { name, expected: 'refused', make: (site) => ({ kind: 'operation', payload: payload(site) }) };
}

/** An operation that may be answered. */
export function answeredOperation(name: string, payload: (site: Site) => Payload): Attack {
  return { name, expected: 'answered', make: (site) => ({ kind: 'operation', payload: payload(site) }) };
}

/** A document that must be refused. */
export function refusedDocument(name: string, query: () => string): Attack {
  return refusedOperation(name, () => ({ query: query() }));
}

/** A document that may be answered. */
export function answeredDocument(name: string, query: () => string): Attack {
  return answeredOperation(name, () => ({ query: query() }));
}
