import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ExecutionArgs, GraphQLError, getOperationAST, OperationTypeNode } from 'graphql';
import { type Context as Connection, handleProtocols, makeServer, type SubscribePayload } from 'graphql-ws';
import type { YogaServerInstance } from 'graphql-yoga';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Meters } from '../telemetry/contract.ts';
import { type Admission, COME_BACK_AFTER, type Refusal } from './admission.ts';
import type { Backlogs } from './backlogs.ts';
import { badInput, clientError } from './errors.ts';
import type { OperationWatch, Sighting } from './operation-watch.ts';
import type { Operations, Request } from './operations.ts';
import { type Origins, originRefusal } from './origins.ts';
import { formatError, type Results } from './results.ts';
import { headerIn, type SocketSessions } from './socket-sessions.ts';
import { sendStream } from './socket-stream.ts';
import { clientsId, type SocketExtra } from './socket-wire.ts';
import { speakGraphql } from './sockets.ts';
import type { TrustedDocuments } from './trusted-documents.ts';

/** What sockets are held to. */
export const socketLimits = {
  /** Bytes of one message of a client. */
  messageBytes: 64 * 1024,
  /** How long a new socket may take to introduce itself. */
  initMs: 3_000,
  /** How often a ping asks whether the client is still there; it has as long to answer. */
  keepAliveMs: 12_000,
  subscriptions: 100,
  /** How long a client may take to close when the server goes away. */
  closeMs: 1_000,
} as const;

export interface WebsocketParts {
  readonly yoga: YogaServerInstance<Partial<Request>, object>;
  readonly operations: Operations;
  readonly sessions: SocketSessions;
  readonly origins: Origins;
  readonly admission: Admission;
  readonly backlogs: Backlogs;
  readonly results: Results;
  readonly trusted: TrustedDocuments;
  readonly clock: Clock;
  readonly log: Log;
  readonly watch: OperationWatch;
  readonly meters: Meters;
}

type Socket = Connection<Record<string, unknown>, SocketExtra>;

/** Takes websockets on `/graphql` of that server. The returned function closes them all with 1001, which clients resume from. */
export function attachWebsocket(server: Server, parts: WebsocketParts): () => Promise<void> {
  const { clock, log, origins, meters, admission, backlogs } = parts;
  const sockets = new WebSocketServer({
    ...{ noServer: true, maxPayload: socketLimits.messageBytes, perMessageDeflate: false },
    handleProtocols,
  });
  meters.gauge('sockets', () => sockets.clients.size);
  const { keepAliveMs } = socketLimits;
  const endPings = speakGraphql(sockets, { protocol: createProtocol(parts), clock, log, backlogs, keepAliveMs });
  const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    const refusal = refusalOf(request, origins);
    const place = refusal ?? admission.place(request);
    if (typeof place !== 'function') {
      refuse(stream, place);
      return;
    }
    stream.once('close', place);
    sockets.handleUpgrade(request, stream, head, (socket) => sockets.emit('connection', socket, request));
  };
  server.on('upgrade', upgrade);
  return async () => {
    server.off('upgrade', upgrade);
    endPings();
    for (const socket of sockets.clients) socket.close(GOING_AWAY, 'Going away');
    const terminate = clock.after(socketLimits.closeMs, () => {
      for (const socket of sockets.clients) socket.terminate();
    });
    await new Promise((resolve) => sockets.close(resolve));
    terminate();
  };
}

/** Close code of a server that stops: clients come back, to another or to this one when it is up again. */
const GOING_AWAY = 1001;

/** graphql-transport-ws, executed through yoga's envelope. */
function createProtocol(parts: WebsocketParts) {
  const clients = new WeakMap<WebSocket, AbortController>();
  return makeServer<Record<string, unknown>, SocketExtra>({
    connectionInitWaitTimeout: socketLimits.initMs,
    onConnect: (socket) => parts.sessions.open(socket),
    onSubscribe: (socket, _id, payload) => begin(parts, socket, payload, () => clientOf(clients, socket.extra.socket)),
    execute: (args: ExecutionArgs) => seenToEnd(args, () => envelopedOf(args).execute(args)),
    subscribe: (args: ExecutionArgs) => seenToEnd(args, () => envelopedOf(args).subscribe(args)),
    onOperation(socket, id, _payload, args) {
      const stream = parts.operations.streamOf(args.contextValue as object);
      if (stream) args.contextValue = null;
      return stream && sendStream(socket.extra, clientsId(id), stream);
    },
    onNext: (_socket, _id, _payload, _args, { data, errors, extensions }) =>
      errors && {
        errors: errors.map(formatError),
        ...(data !== undefined && { data }),
        ...(extensions && { extensions }),
      },
    onError: (_socket, _id, _payload, errors) => errors.map((error) => formatError(asGraphQLError(error))),
  });
}

type Enveloped = ReturnType<WebsocketParts['yoga']['getEnveloped']>;
const envelopes = new WeakMap<object, Enveloped>();

function envelopedOf({ contextValue }: ExecutionArgs): Enveloped {
  const enveloped = envelopes.get(contextValue as object);
  if (!enveloped) throw new Error('An operation came to be executed that was never begun.');
  envelopes.delete(contextValue as object);
  return enveloped;
}

async function seenToEnd<Answer>({ contextValue }: ExecutionArgs, work: () => Answer): Promise<Awaited<Answer>> {
  try {
    return await work();
  } finally {
    (contextValue as Partial<Request>).sighting?.end();
  }
}

/** Begins an operation that is seen to be refused, where it is. */
async function begin(
  parts: WebsocketParts,
  socket: Socket,
  payload: SubscribePayload,
  client: () => AbortSignal,
): Promise<ExecutionArgs | readonly GraphQLError[]> {
  const header = (name: string): string | null => headerIn(payload.extensions?.['headers'], name) ?? null;
  const sighting = parts.watch.begin({ requestId: header('x-request-id'), traceparent: header('traceparent') });
  const begun = await prepare(parts, socket, payload, sighting, client);
  if ('schema' in begun) return begun;
  sighting.saw({ errors: begun });
  sighting.end();
  return begun;
}

/** Never throws: what is thrown here would close the socket, and with it all its other operations. */
async function prepare(
  parts: WebsocketParts,
  socket: Socket,
  payload: SubscribePayload,
  sighting: Sighting,
  client: () => AbortSignal,
): Promise<ExecutionArgs | readonly GraphQLError[]> {
  try {
    if (Object.keys(socket.subscriptions).length > socketLimits.subscriptions)
      return [
        clientError('RATE_LIMITED', `A socket carries at most ${socketLimits.subscriptions} operations at once.`),
      ];
    const session = await parts.sessions.sessionOf(socket, payload);
    if (!session) return [clientError('UNAUTHENTICATED')];
    sighting.by(session.caller.tokenId);
    const request: Partial<Request> = { session, sighting };
    const enveloped = parts.yoga.getEnveloped(request);
    // The protocol wants a text there: it is empty where a document is only named.
    const document = enveloped.parse(parts.trusted.resolve({ ...payload })['query']);
    const errors = enveloped.validate(enveloped.schema, document);
    if (errors.length > 0) return errors.map(parts.results.mask);
    const operation = getOperationAST(document, payload.operationName);
    if (!operation) return [badInput('Could not determine what operation to execute.')];
    // A subscription ends with its stream; made for everything else only, for most sockets do nothing but wait.
    if (operation.operation !== OperationTypeNode.SUBSCRIPTION) Object.assign(request, { client: client() });
    const contextValue = await enveloped.contextFactory();
    envelopes.set(contextValue, enveloped);
    return {
      schema: enveloped.schema,
      document,
      contextValue,
      variableValues: payload.variables ?? null,
      operationName: payload.operationName ?? null,
    };
  } catch (error) {
    return [parts.results.mask(error)];
  }
}

/** Aborted when the socket closes. */
function clientOf(clients: WeakMap<WebSocket, AbortController>, socket: WebSocket): AbortSignal {
  const known = clients.get(socket);
  if (known) return known.signal;
  const gone = new AbortController();
  clients.set(socket, gone);
  socket.once('close', () => gone.abort());
  return gone.signal;
}

function refusalOf({ url, headers }: IncomingMessage, origins: Origins): Refusal | null {
  if (url?.split('?')[0] !== '/graphql') return { status: 404, text: '' };
  const { origin, host } = headers;
  if (origins.allows(origin ?? null, host ?? null)) return null;
  return { status: 403, text: originRefusal(origin ?? '') };
}

function refuse(stream: Duplex, { status, text }: Refusal): void {
  const headers = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: text/plain',
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
    ...(status === 429 || status === 503 ? [`retry-after: ${COME_BACK_AFTER}`] : []),
  ];
  // Whoever is refused may be gone already.
  stream.on('error', () => stream.destroy()).end(`${headers.join('\r\n')}\r\n\r\n${text}`);
}

function asGraphQLError(error: unknown): GraphQLError {
  return error instanceof GraphQLError ? error : clientError('INTERNAL_SERVER_ERROR');
}
