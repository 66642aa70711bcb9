import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { Gateway } from '../domain/gateway.ts';
import { defaultLimits, type Limits } from '../domain/limits.ts';
import type { Times } from '../domain/times.ts';
import { createAddressOf } from '../lib/addresses.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { createPlaces } from '../lib/places.ts';
import type { Wakes } from '../lib/wake.ts';
import type { Database } from '../store/database.ts';
import { noTelemetry, type Telemetry } from '../telemetry/contract.ts';
import { createAdmission } from './admission.ts';
import type { AttachmentLinks } from './attachment-links.ts';
import { createAuthentication } from './authentication.ts';
import { createBacklogs } from './backlogs.ts';
import { createCostBudgets } from './cost-budget.ts';
import { createDocumentCaches, createDocumentChecks } from './documents.ts';
import { clientError } from './errors.ts';
import { createEventAnswers } from './event-answers.ts';
import { createFeedFollower, type FeedFollower } from './feed-follower.ts';
import { createGraphiqlPage, noPage, wantsPage } from './graphiql.ts';
import { type Introspection, introspect } from './introspection.ts';
import type { JwtLook } from './jwts.ts';
import { createLoad, type Load, overloadedResponse } from './load.ts';
import { readMultipart } from './multipart-body.ts';
import { createOperationWatch, type Sighting } from './operation-watch.ts';
import { type Request as Asked, createOperations } from './operations.ts';
import { createOrigins, preflight, refuseForeign, shareWith } from './origins.ts';
import { isMultipart, MAX_BODY, type Params, paramsOfUrl, readParams, refusal } from './request-body.ts';
import { createResults, formatError, type Results, statusOf, withStatus } from './results.ts';
import { createSocketSessions } from './socket-sessions.ts';
import { createTrustedDocuments, type Manifest, type TrustedDocuments } from './trusted-documents.ts';
import { createVigil } from './vigil.ts';
import { attachWebsocket } from './websocket.ts';

export interface TransportOptions {
  readonly schema: GraphQLSchema;
  readonly db: Database;
  readonly gateway: Gateway;
  readonly clock: Clock;
  readonly times: Times;
  readonly wakes: Wakes;
  readonly log: Log;
  readonly telemetry?: Telemetry;
  /** Where callers and webhooks reach the server, without a slash at the end. */
  readonly publicUrl: string;
  readonly links: AttachmentLinks;
  /** Whether browsers are shown the GraphiQL page. */
  readonly graphiql: boolean;
  /** Origins of other pages that may call, as browsers write them; `*loopback*` stands for all of this machine. */
  readonly allowedOrigins: readonly string[];
  /** Looks at JWTs, where callers may bring some. */
  readonly jwts?: JwtLook;
  readonly limits?: Limits;
  /** Whom the schema is told to; whoever has a token, where it is absent. */
  readonly introspection?: Introspection;
  /** The only documents that may run; all may where it is absent. */
  readonly trustedDocuments?: Manifest;
  /** Filled into the GraphiQL page. Demo only. */
  readonly initialToken?: string;
}

/** The API as callers reach it: by HTTP, as server-sent events, and by websocket. */
export interface Transport {
  /** Answers `/graphql`, and sends `/` there. */
  fetch(request: Request): Promise<Response>;
  /** Whether a request may be answered at all; where it may not, it has been told so. */
  admit(request: IncomingMessage, response: ServerResponse): boolean;
  /** Takes websockets on `/graphql` of that server. The returned function closes them all with 1001. */
  attach(server: Server): () => Promise<void>;
  /** The feeds that subscribers here follow. */
  readonly feeds: FeedFollower;
  /** What is under way here. */
  readonly load: Load;
}

const PATH = '/graphql';

/** One path for all transports: yoga's envelope, with our own execution, subscription, caps and masking in it. */
export function createTransport(options: TransportOptions): Transport {
  const { schema, db, gateway, clock, times, wakes, log, publicUrl, links } = options;
  const { limits = defaultLimits, telemetry = noTelemetry } = options;
  const { meters } = telemetry;
  const backlogs = createBacklogs(clock);
  const admission = createAdmission({
    places: createPlaces({ each: limits.socketsPerAddress, all: limits.sockets }),
    addressOf: createAddressOf(limits.trustedProxies),
    backlogs,
  });
  const feeds = createFeedFollower({ db, wakes, clock, lookEveryMs: times.lookEveryMs, log });
  const { introspection = 'token', trustedDocuments = null } = options;
  const trusted = createTrustedDocuments(trustedDocuments);
  const results = createResults(log, introspection === 'off');
  const authentication = createAuthentication(db, clock, options.jwts ?? null);
  const vigil = createVigil(clock, wakes, authentication.forget);
  const sessions = createSocketSessions(authentication, vigil);
  const load = createLoad(limits, clock, times.operationDeadlineMs);
  const budgets = createCostBudgets(limits, clock);
  const operations = createOperations(
    schema,
    { ...{ db, gateway, clock, times, publicUrl, links }, wakes, feeds, log },
    { results, meters, vigil, budgets, load },
  );
  const watch = createOperationWatch({ telemetry, clock, log });
  const origins = createOrigins(options.allowedOrigins);
  const page = options.graphiql ? (trustedDocuments ? noPage : createGraphiqlPage(options.initialToken ?? null)) : null;
  const http = httpOnly({
    ...{ schema, trusted, withFile: largestFile(gateway) + MAX_BODY },
    forAll: introspection === 'on' && !trustedDocuments,
  });
  const yoga = createEnvelope(schema, results, [
    createDocumentChecks(introspection),
    ...[operations.plugin, http, createEventAnswers()],
  ]);
  const operate = async (request: Request, sighting: Sighting): Promise<Response> => {
    const refused = refusal(request) ?? refuseForeign(request, origins);
    if (refused) return refused;
    if (load.isFull) return overloadedResponse(request);
    const session = await authentication.authenticate(request.headers.get('authorization'));
    sighting.by(session?.caller.tokenId ?? null);
    return yoga.fetch(request, { client: request.signal, sighting, ...(session && { session }) });
  };
  const watched = async (request: Request): Promise<Response> => {
    const header = (name: string): string | null => request.headers.get(name);
    const sighting = watch.begin({ requestId: header('x-request-id'), traceparent: header('traceparent') });
    const response = await operate(request, sighting).catch((error: unknown) => failure(request, error, results));
    sighting.end(response.status);
    response.headers.set('x-request-id', sighting.requestId);
    return response;
  };
  return {
    feeds,
    load,
    admit: admission.admit,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === '/') return new Response(null, { status: 302, headers: { location: PATH } });
      if (pathname !== PATH) return new Response(null, { status: 404 });
      if (request.method === 'OPTIONS') return preflight(request, origins);
      if (page && wantsPage(request)) return page();
      return shareWith(request, await watched(request), origins);
    },
    attach: (server) =>
      attachWebsocket(server, {
        ...{ yoga, operations, sessions, origins, results, clock, log, watch, meters, admission, backlogs, trusted },
      }),
  };
}

/** Yoga, for what it does before an operation is carried out. */
function createEnvelope(schema: GraphQLSchema, results: Results, plugins: Plugin<Partial<Asked>>[]) {
  return createYoga<Partial<Asked>>({
    schema,
    graphqlEndpoint: PATH,
    plugins,
    parserAndValidationCache: createDocumentCaches(),
    maskedErrors: { maskError: (error) => results.mask(error) },
    // Bodies are counted, and requests shared with pages of other origins, by us.
    maxRequestBodySize: false,
    cors: false,
    multipart: false,
    graphiql: false,
    landingPage: false,
    logging: false,
  });
}

/** What went wrong outside of any operation, the look-up of the caller for one. */
function failure(request: Request, fault: unknown, results: Results): Response {
  // Whoever hung up is told nothing, and what they broke off is no fault of ours.
  if (fault === request.signal.reason) return new Response(null, { status: 400 });
  const error = results.mask(fault);
  const body = JSON.stringify({ errors: [formatError(error)] });
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  return new Response(body, { status: statusOf(error), headers });
}

/** The largest file that any provider takes, in bytes. */
function largestFile({ providers }: Gateway): number {
  return Math.max(0, ...providers.map(({ attachments }) => attachments?.maxBytes ?? 0));
}

const anything = { query: '{ __typename }' };

/** What only operations by HTTP need: our reading of requests, and the answer to those without a caller. */
function httpOnly(parts: {
  readonly schema: GraphQLSchema;
  readonly trusted: TrustedDocuments;
  readonly withFile: number;
  /** Whether the schema is told to everybody. */
  readonly forAll: boolean;
}): Plugin<Partial<Asked>, Partial<Asked>> {
  const { schema, trusted, withFile, forAll } = parts;
  return {
    onRequestParse({ request, serverContext, setRequestParser }) {
      const isFile = isMultipart(request);
      const read = isFile
        ? () => readMultipart(request, withFile)
        : request.method === 'GET'
          ? paramsOfUrl
          : readParams;
      if (serverContext.session) setRequestParser(async () => trusted.resolve(await read(request)));
      // Files of those who may do nothing are not read: they are answered below, whatever they ask.
      else setRequestParser(isFile ? () => anything : async () => ({ ...anything, ...textOf(await read(request)) }));
    },
    async onParams({ context, params, setResult }) {
      if ('session' in context) return;
      const told = forAll ? await introspect(schema, { ...params }) : null;
      setResult(told ?? { errors: [withStatus(clientError('UNAUTHENTICATED'))] });
    },
    onResultProcess({ result, serverContext }) {
      if ('errors' in result) serverContext.sighting?.saw(result);
    },
  };
}

/** What is asked in words, without looking for what is only named: callers alone are told what there is. */
function textOf(params: Params): Params {
  const { documentId: _named, ...others } = params ?? {};
  return Array.isArray(params) ? {} : others;
}
