import { accounts, me } from './simulator-accounts.ts';
import { bookings, inquiries, rentals } from './simulator-bookings.ts';
import { attachments, changeAttachment, createAttachment } from './simulator-files.ts';
import { conversations, messages, participants } from './simulator-inbox.ts';
import { type Reading, reading } from './simulator-listing.ts';
import { applications, clients, hosts, sources } from './simulator-people.ts';
import type { Asked, Reply } from './simulator-replies.ts';
import { addAttachment, changeMessage, createMessage } from './simulator-sending.ts';
import {
  changeConversation,
  changeHostPerson,
  changeParticipant,
  connectBooking,
  createConversation,
  createHostPerson,
  createParticipant,
} from './simulator-writing.ts';

/** One address of the API with one method. */
export interface Route {
  readonly method: string;
  /** `:id` stands for what is handed on. */
  readonly path: string;
  /** As it is called in logs and by faults. */
  readonly operation: string;
  /** One of them is needed. */
  readonly scopes: readonly string[];
  /** Whether a token of the application itself will do. */
  readonly anyToken?: boolean;
  answer(asked: Asked, id: string): Reply;
}

const inbox = ['inbox_read', 'inbox_write'];
const writing = ['inbox_write'];

/** Every address there is below `/api/v3`. */
export const routes: readonly Route[] = [
  ...read('inbox/conversations', 'conversations', reading(conversations), inbox),
  ...read('inbox/messages', 'messages', reading(messages), inbox),
  ...read('inbox/participants', 'participants', reading(participants), inbox),
  ...read('inbox/attachments', 'attachments', reading(attachments), inbox),
  ...read('hosts', 'hosts', reading(hosts), inbox),
  ...read('clients', 'clients', reading(clients), ['clients_read', 'clients_write']),
  ...read('applications', 'applications', reading(applications), ['applications_read']),
  ...read('sources', 'sources', reading(sources), ['bookings_read', 'bookings_write']),
  ...read('bookings', 'bookings', reading(bookings), ['public']),
  ...read('inquiries', 'inquiries', reading(inquiries), ['bookings_read', 'inquiries_read']),
  ...read('rentals', 'rentals', reading(rentals), ['rentals_read', 'rentals_write']),
  ...read('accounts', 'accounts', reading(accounts), ['public']).map((route) => ({ ...route, anyToken: true })),
  ...read('me', 'me', reading(me), ['public'])
    .slice(0, 1)
    .map((route) => ({ ...route, anyToken: true })),
  write('POST', 'inbox/conversations', 'conversations/create', createConversation),
  write('PUT', 'inbox/conversations/:id', 'conversations/update', changeConversation),
  write('PUT', 'inbox/conversations/:id/connect_booking', 'conversations/connect_booking', (asked, id) =>
    connectBooking(asked, id, true),
  ),
  write('PUT', 'inbox/conversations/:id/disconnect_booking', 'conversations/disconnect_booking', (asked, id) =>
    connectBooking(asked, id, false),
  ),
  write('POST', 'inbox/messages', 'send', createMessage),
  write('PUT', 'inbox/messages/:id', 'messages/update', changeMessage),
  write('PUT', 'inbox/messages/:id/add_attachment', 'messages/add_attachment', addAttachment),
  write('POST', 'inbox/participants', 'participants/create', createParticipant),
  write('PUT', 'inbox/participants/:id', 'participants/update', changeParticipant),
  write('POST', 'inbox/attachments', 'attachments/create', createAttachment),
  write('PUT', 'inbox/attachments/:id', 'attachments/update', changeAttachment),
  write('POST', 'hosts', 'hosts/create', createHostPerson),
  write('PUT', 'hosts/:id', 'hosts/update', changeHostPerson),
];

function read(path: string, name: string, { list, ids }: Reading, scopes: readonly string[]): readonly Route[] {
  return [
    { method: 'GET', path, operation: name, scopes, answer: (asked) => list(asked) },
    {
      method: 'GET',
      path: `${path}/:id`,
      operation: `${name}/ids`,
      scopes,
      answer: (asked, id) => ids(asked, id.split(',')),
    },
  ];
}

function write(method: string, path: string, operation: string, answer: Route['answer']): Route {
  return { method, path, operation, scopes: writing, answer };
}

/** Where a path leads, whatever the method; several for several methods. */
export function routesAt(path: string): readonly { readonly route: Route; readonly id: string }[] {
  const parts = path.split('/');
  return routes.flatMap((route) => {
    const wanted = route.path.split('/');
    const fits = wanted.length === parts.length && wanted.every((part, at) => part === ':id' || part === parts[at]);
    return fits ? [{ route, id: decoded(parts[wanted.indexOf(':id')] ?? '') }] : [];
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
