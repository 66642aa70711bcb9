import type { Context as Connection, SubscribePayload } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Authentication, Session } from './authentication.ts';
import type { SocketExtra } from './socket-wire.ts';
import type { Vigil } from './vigil.ts';

type Socket = Connection<Record<string, unknown>, SocketExtra>;

/** Whose tokens came by a websocket: the socket's own, which it ends with, or an operation's, which ends that operation only. */
export interface SocketSessions {
  /** Looks whose token a socket brought when it introduced itself, and ends the socket with it. Refuses nobody: operations are refused. */
  open(socket: Socket): void;
  /** Who asks for an operation: by the socket's own token, else the operation's, for GraphiQL sends its headers with each. Null: nobody known. */
  sessionOf(socket: Socket, payload: SubscribePayload): Promise<Session | null>;
}

/** Close code of graphql-transport-ws for a client that may not go on. Clients come back from it: with another token, if they have one. */
const FORBIDDEN = 4403;

export function createSocketSessions(authentication: Authentication, vigil: Vigil): SocketSessions {
  const own = new WeakMap<WebSocket, Promise<Session | null>>();
  const introduce = (socket: WebSocket, authorization: string): Promise<Session | null> => {
    const session = authentication.authenticate(authorization).then((found) => {
      if (found) endWith(socket, found);
      else own.delete(socket);
      return found;
    });
    own.set(socket, session);
    // Asked for again by the next operation.
    session.catch(() => own.delete(socket));
    return session;
  };
  const endWith = (socket: WebSocket, session: Session): void => {
    if (socket.readyState !== socket.OPEN) return;
    socket.once(
      'close',
      vigil.watch(session, () => socket.close(FORBIDDEN, 'Forbidden')),
    );
  };
  return {
    open({ connectionParams, extra: { socket } }) {
      const authorization = authorizationIn(connectionParams);
      if (authorization !== undefined) introduce(socket, authorization).catch(() => undefined);
    },
    async sessionOf({ connectionParams, extra: { socket } }, { extensions }) {
      const authorization = authorizationIn(connectionParams);
      if (authorization === undefined) return authentication.authenticate(authorizationIn(extensions?.['headers']));
      const session = await (own.get(socket) ?? introduce(socket, authorization));
      if (!session || (await session.stillGood())) return session;
      vigil.end(session);
      return null;
    },
  };
}

function authorizationIn(fields: unknown): string | undefined {
  return headerIn(fields, 'authorization');
}

/** A text among fields that stand for headers, whose names are not told apart by their case. */
export function headerIn(fields: unknown, wanted: string): string | undefined {
  if (typeof fields !== 'object' || fields === null) return undefined;
  const value = Object.entries(fields).find(([name]) => name.toLowerCase() === wanted)?.[1];
  return typeof value === 'string' ? value : undefined;
}
