import { type Guest, nameOf } from '../../simulator/estate.ts';
import {
  sources as bookingSources,
  applications as channelApplications,
  ownApplication,
} from './simulator-channels.ts';
import { shown } from './simulator-ledger.ts';
import type { Resource } from './simulator-listing.ts';
import { type HostRow, toId, toWorldId } from './simulator-rows.ts';
import { timeText } from './simulator-times.ts';

/** Who answers for the account. */
export const hosts: Resource<HostRow> = {
  ...{ name: 'hosts', path: 'hosts', perPage: 100, synced: true },
  templates: { account: 'accounts', participants: 'inbox/participants', source: 'sources', user: 'users' },
  list: ({ ledger }) => ledger.hosts.all(),
  find: ({ ledger }, id) => ledger.hosts.get(id) ?? null,
  updatedAt: (_, row) => row.updatedAt,
  deletedSince: ({ ledger }, since) => ledger.hosts.deletedSince(since),
  show: ({ ledger, account }, row) => ({
    links: {
      account: account.id,
      participants: shown(ledger, ledger.participants.all()).flatMap(({ id, memberId, memberType }) =>
        memberType === 'Host' && memberId === row.id ? [id] : [],
      ),
      ...{ source: row.sourceId, user: row.userId },
    },
    ...{ id: row.id, firstname: row.firstname, lastname: row.lastname, email: row.email },
    ...{ created_at: timeText(row.createdAt), updated_at: timeText(row.updatedAt) },
    ...{ forget_me_at: null, processing_restricted_at: null },
  }),
};

interface Client {
  readonly id: number;
  readonly guest: Guest;
}

/** Guests, by their own names. */
export const clients: Resource<Client> = {
  ...{ name: 'clients', path: 'clients', perPage: 100, synced: true },
  templates: { account: 'accounts' },
  list: ({ ledger }) => [...ledger.world.guests.values()].map(clientOf),
  find({ ledger }, id) {
    const guest = ledger.world.guests.get(toWorldId('guest', id));
    return guest ? clientOf(guest) : null;
  },
  updatedAt: ({ ledger }, { guest }) => ledger.sightings.get(`guest:${guest.id}`)?.updatedAt ?? new Date(0),
  deletedSince: () => [],
  show(asked, { id, guest }) {
    const updatedAt = clients.updatedAt?.(asked, { id, guest }) ?? new Date(0);
    return {
      links: { account: asked.account.id },
      ...{ id, fullname: nameOf(guest), firstname: guest.firstName, lastname: guest.lastName },
      emails: [{ label: 'default', email: guest.email, primary: true }],
      phones: [{ label: 'default', number: guest.phone, country_code: null, primary: true }],
      ...{
        addresses: [],
        preferred_locale: guest.language,
        notes: '',
        passport: null,
        company: null,
        vat_number: null,
      },
      ...{ created_at: timeText(updatedAt), updated_at: timeText(updatedAt) },
      ...{ forget_me_at: null, processing_restricted_at: null },
    };
  },
};

function clientOf(guest: Guest): Client {
  return { id: toId('guest', guest.id), guest };
}

type Named = { readonly id: number; readonly name: string };

/** Whose ids conversations name as their creators. */
export const applications: Resource<Named> = {
  ...fixed('applications', [...channelApplications, ownApplication]),
  show: (_, { id, name }) => ({ id, name, default_price_increase: '0.0' }),
};

/** Where bookings come from. */
export const sources: Resource<Named> = {
  ...fixed('sources', bookingSources),
  templates: { account: 'accounts', bookings: 'bookings' },
  show: ({ account, ledger }, { id, name }) => ({
    links: {
      account: account.id,
      bookings: ledger.world.bookingsInOrder.flatMap((one) => (one.platform === name ? [toId('booking', one.id)] : [])),
    },
    ...{ id, name, position: id, internal: false },
  }),
};

/** A list that never changes. */
function fixed(name: string, rows: readonly Named[]): Omit<Resource<Named>, 'show'> {
  return {
    ...{ name, path: name, perPage: 100, synced: false, templates: {} },
    list: () => rows,
    find: (_, wanted) => rows.find(({ id }) => id === wanted) ?? null,
  };
}
