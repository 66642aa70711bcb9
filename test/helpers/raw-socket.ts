import { once } from 'node:events';
import { WebSocket } from 'ws';

/** A websocket that speaks the protocol by hand, and keeps what came by it. */
export interface RawSocket {
  /** Messages as they came, oldest first. */
  readonly heard: readonly Heard[];
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  readonly isOpen: boolean;
  /** Begins an operation. */
  begin(id: string, query: string, extensions?: object): void;
  /** Resolves with the first message that came, or comes, for that operation. */
  answer(id: string): Promise<Heard>;
  close(): void;
}

export interface Heard {
  readonly id?: string;
  readonly type: string;
  readonly payload?: unknown;
}

/** Connects, introduces itself with those parameters and is acknowledged. `url` is the HTTP address of the API. */
export async function openRaw(url: string, connectionParams: object = {}): Promise<RawSocket> {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  const heard: Heard[] = [];
  socket.on('message', (data) => heard.push(JSON.parse(String(data))));
  const closed = once(socket, 'close').then(([code]) => code as number);
  const heardOf = async (fits: (one: Heard) => boolean): Promise<Heard> => {
    for (;;) {
      const found = heard.find(fits);
      if (found) return found;
      await Promise.race([
        once(socket, 'message'),
        closed.then((code) => Promise.reject(new Error(`closed: ${code}`))),
      ]);
    }
  };
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: connectionParams }));
  await heardOf(({ type }) => type === 'connection_ack');
  return {
    heard,
    closed,
    get isOpen() {
      return socket.readyState === socket.OPEN;
    },
    begin: (id, query, extensions) =>
      socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query, ...(extensions && { extensions }) } })),
    answer: (id) => heardOf((one) => one.id === id),
    close: () => socket.close(),
  };
}
