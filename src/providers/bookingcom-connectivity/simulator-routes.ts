import type { Arrival } from '../../simulator/host.ts';

/** What a request asks for. Names are those in the call log and in fault scripts. */
export type Operation =
  | 'token'
  | 'latest'
  | 'confirm'
  | 'listConversations'
  | 'conversation'
  | 'conversationByReference'
  | 'sendMessage'
  | 'uploadAttachment'
  | 'uploadChunk'
  | 'downloadAttachment'
  | 'attachmentInfo'
  | 'tags'
  | 'setNoReplyNeeded'
  | 'clearNoReplyNeeded'
  | 'markRead'
  | 'markUnread'
  | 'setTag'
  | 'clearTag'
  | 'createSearch'
  | 'searchResult'
  | 'unknown'
  | 'wrongMethod';

/** A request's operation with the parts of its path. */
export interface Route {
  readonly operation: Operation;
  readonly property: string;
  readonly conversation: string;
  /** An attachment, a job, or a kind of conversation. */
  readonly part: string;
}

const p = '/properties/(?<property>[^/]+)';
const c = `${p}/conversations/(?<conversation>[^/]+)`;

type Methods = Readonly<Partial<Record<string, Operation>>>;

const paths: readonly (readonly [string, Methods])[] = [
  ['/token-based-authentication/exchange', { POST: 'token' }],
  ['/messages/latest', { GET: 'latest' }],
  ['/messages', { PUT: 'confirm' }],
  ['/messages/search', { GET: 'createSearch' }],
  ['/messages/search/result/(?<part>[^/]+)', { GET: 'searchResult' }],
  [`${p}/tags`, { GET: 'tags' }],
  [`${p}/conversations`, { GET: 'listConversations' }],
  [`${p}/conversations/type/(?<part>[^/]+)`, { GET: 'conversationByReference' }],
  [c, { GET: 'conversation', POST: 'sendMessage' }],
  [`${c}/attachments`, { POST: 'uploadAttachment' }],
  [`${c}/attachment_chunks`, { POST: 'uploadChunk' }],
  [`${c}/attachments/(?<part>[^/]+)`, { GET: 'downloadAttachment' }],
  [`${c}/attachments/(?<part>[^/]+)/file_info`, { GET: 'attachmentInfo' }],
  [`${c}/tags/no_reply_needed`, { PUT: 'setNoReplyNeeded', DELETE: 'clearNoReplyNeeded' }],
  [`${c}/tags/message_read`, { PUT: 'markRead', DELETE: 'markUnread' }],
  [`${c}/tags`, { POST: 'setTag', DELETE: 'clearTag' }],
];

const table = paths.map(([path, methods]) => ({ path: new RegExp(`^(?:/messaging)?${path}$`), methods }));

/** Reads a request's method and path; the real hosts' path prefix may be there or not. */
export function routeOf({ method, url }: Arrival): Route {
  for (const { path, methods } of table) {
    const found = path.exec(url.pathname);
    if (!found) continue;
    const { property = '', conversation = '', part = '' } = found.groups ?? {};
    const parts = { property: decode(property), conversation: decode(conversation), part: decode(part) };
    return { operation: methods[method] ?? 'wrongMethod', ...parts };
  }
  return { operation: 'unknown', property: '', conversation: '', part: '' };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
