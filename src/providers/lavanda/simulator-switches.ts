/**
 * What Lavanda's papers leave open, or contradict themselves in. The defaults are what is documented, else what is likeliest.
 * Every one may be changed while the simulator runs.
 */
export interface LavandaSwitches {
  /** Which list style is served: `search(q:)` with edges, `filters:` with nodes, or both. */
  dialect: 'gen1' | 'gen2' | 'both';
  /** Refuse requests without `x-api-client-name`. */
  requireClientName: boolean;
  /** How a bad or expired token is told. */
  authFailureStyle: 'http401' | 'graphql200';
  /** What a `first` above 25 gets. */
  overLimit: 'clamp' | 'error';
  /** Page size where `first` is absent. */
  defaultPageSize: number;
  /** Of every list. */
  order: 'desc' | 'asc';
  /** Which parts connections have besides `pageInfo`. */
  connectionParts: 'all' | 'edges' | 'nodes';
  /** How a booking's or lead's conversation field is spelled; `converation` is what the messaging page prints. */
  conversationField: 'converation' | 'conversation' | 'conversations' | 'all';
  /** What the plural field holds. */
  conversationsShape: 'list' | 'connection';
  messagesShape: 'connection' | 'list';
  /** The newest so many messages are all that a bare list holds; null: everything. */
  messagesListLimit: number | null;
  /** How `sentBy` is typed. */
  sentByType: 'enum' | 'string' | 'both';
  /** Where leads live: the messaging page says `leads`, the CRM pages `crm`. */
  leadNamespaces: 'crm' | 'leads' | 'both';
  leadTypeName: 'CrmLead' | 'Lead';
  /** Whether `workspaces` is served: only the newer pages have it. */
  workspacesQuery: boolean;
  /** What an unknown id gets. */
  notFound: 'null' | 'error';
  /** HTTP status of an answer that has errors and no data. */
  errorStatus: 200 | 400;
  /** Requests to the GraphQL endpoint in a window, else 429 with Retry-After. */
  rateLimit: { readonly requests: number; readonly perSeconds: number } | null;
  introspection: boolean;
  /** Whether validation errors guess what was meant. */
  suggestions: boolean;
  /** Deeper queries are refused. */
  maxDepth: number | null;
  /** Longer bodies are refused. */
  maxBodyLength: number | null;
  /** How fine times are told. */
  timePrecision: 'second' | 'millisecond';
  tokenLifetimeSeconds: number;
  /** Whether a new token ends the older ones. */
  revokeOldTokens: boolean;
  /** Whether there are webhook events about messages: none is documented. */
  speculativeEvents: boolean;
}

/** What is documented, else what is likeliest. */
export const defaultSwitches: Readonly<LavandaSwitches> = {
  dialect: 'both',
  requireClientName: false,
  authFailureStyle: 'http401',
  overLimit: 'clamp',
  defaultPageSize: 25,
  order: 'desc',
  connectionParts: 'all',
  conversationField: 'converation',
  conversationsShape: 'list',
  messagesShape: 'connection',
  messagesListLimit: null,
  sentByType: 'both',
  leadNamespaces: 'both',
  leadTypeName: 'CrmLead',
  workspacesQuery: true,
  notFound: 'null',
  errorStatus: 200,
  rateLimit: null,
  introspection: true,
  suggestions: false,
  maxDepth: null,
  maxBodyLength: null,
  timePrecision: 'second',
  tokenLifetimeSeconds: 3600,
  revokeOldTokens: false,
  speculativeEvents: false,
};
