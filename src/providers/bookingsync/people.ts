import { brand } from '../../domain/ids.ts';
import type { Assignee, ProviderParticipant } from '../../domain/messaging.ts';
import type { Call, Deps } from '../contract.ts';
import { isOfKind } from './failures.ts';
import { type List, lists, readAll, readByIds } from './lists.ts';
import type { Known } from './memory.ts';
import type { Ask, Session } from './session.ts';
import { type WireConversation, wireClient, wireHost, wireNamed } from './wire.ts';

export type Host = NonNullable<Known['hosts']>['all'][number];

/** Who and what conversations name by id alone. Guests and names of rentals are read each time; the rest is remembered. */
export interface People {
  /** Guests by id; those who are not there are left out. */
  guests(ids: readonly string[], call: Call): Promise<(id: string) => ProviderParticipant>;
  /** Ours by id. */
  assignees(ids: readonly string[], call: Call): Promise<(id: string) => Assignee>;
  /** The channels that applications stand for, by the applications' ids. */
  channels(ids: readonly string[], call: Call): Promise<Readonly<Record<string, string>>>;
  rentalNames(ids: readonly string[], call: Call): Promise<ReadonlyMap<string, string>>;
}

const HOUR_MS = 3_600_000;
/** What a guest is called where the token may not read clients. */
const NAMELESS = 'Guest';
// "Recorded list includes 65 Airbnb": ids differ from one environment to another, names do not.
const channelNames = [
  [/airbnb/i, 'airbnb'],
  [/booking\.?com/i, 'booking-com'],
  [/home ?away/i, 'homeaway'],
  [/vrbo/i, 'vrbo'],
  [/expedia/i, 'expedia'],
] as const;

export function createPeople(session: Session, deps: Deps): People {
  const isFresh = (since: Date | undefined) => since !== undefined && deps.now().getTime() - since.getTime() < HOUR_MS;
  const allowed = createPermits(session, deps);

  return {
    async guests(ids, call) {
      const items = await allowed(lists.clients, ids, () => readByIds(session.ask, lists.clients, { ids }, call));
      const found = (items ?? []).flatMap((item) => wireClient.safeParse(item).data ?? []);
      const clients = new Map(found.map((one) => [one.id, one]));
      const unnamed = items === null ? NAMELESS : null;
      return (id) => {
        return { name: unnamed, email: null, ...clients.get(id), externalId: brand(id) };
      };
    },

    async assignees(ids, call) {
      if (ids.length === 0) return nameless;
      const { hosts } = await session.known();
      const missing = ids.some((id) => !hosts?.all.some((host) => host.id === id));
      const all = missing && !isFresh(hosts?.readAt) ? await readHosts(session, deps, call) : (hosts?.all ?? []);
      return (id) => ({ externalId: id, name: all.find((host) => host.id === id)?.name ?? null });
    },

    async channels(ids, call) {
      if (ids.length === 0) return {};
      const { channels } = await session.known();
      const missing = ids.some((id) => channels?.byApplication[id] === undefined);
      if (!missing || isFresh(channels?.readAt)) return channels?.byApplication ?? {};
      const items = await allowed(lists.applications, ids, () => readAll(session.ask, lists.applications, call));
      if (items === null) return channels?.byApplication ?? {};
      const byApplication = Object.fromEntries(items.flatMap(channelOf));
      await session.learn(() => ({ channels: { byApplication, readAt: deps.now().toISOString() } }));
      return byApplication;
    },

    async rentalNames(ids, call) {
      const items = await allowed(lists.rentals, ids, () => readByIds(session.ask, lists.rentals, { ids }, call));
      const found = (items ?? []).flatMap((item) => wireNamed.safeParse(item).data ?? []);
      return new Map(found.flatMap(({ id, name }) => (name === null ? [] : [[id, name] as const])));
    },
  };
}

/** The application that made a conversation, as far as it can stand for a channel. */
export function applicationOf({ channel, creator }: WireConversation): readonly string[] {
  return channel === null && creator?.type?.includes('Application') ? [creator.id] : [];
}

/**
 * Reads what the token may have no scope for: null where that is so. It is not tried again within the hour, since each try is one of
 * the hour's requests.
 */
function createPermits(session: Session, deps: Deps) {
  return async <T>(
    { name }: List,
    ids: readonly string[],
    read: () => Promise<readonly T[]>,
  ): Promise<readonly T[] | null> => {
    if (ids.length === 0) return [];
    const since = (await session.known()).refused[name];
    if (since !== undefined && deps.now().getTime() - Date.parse(since) < HOUR_MS) return null;
    try {
      return await read();
    } catch (error) {
      if (!isOfKind(error, 'forbidden')) throw error;
      await session.learn(({ refused }) => ({ refused: { ...refused, [name]: deps.now().toISOString() } }));
      return null;
    }
  };
}

async function readHosts(session: Session, deps: Deps, call: Call): Promise<readonly Host[]> {
  const all = await hostsOf(session.ask, call);
  await session.learn(() => ({ hosts: { all: [...all], readAt: deps.now().toISOString() } }));
  return all;
}

/** All who write for the account. */
export async function hostsOf(ask: Ask, call: Call): Promise<readonly Host[]> {
  return (await readAll(ask, lists.hosts, call)).flatMap((item) => wireHost.safeParse(item).data ?? []);
}

function nameless(id: string): Assignee {
  return { externalId: id, name: null };
}

function channelOf(item: unknown): readonly (readonly [string, string])[] {
  const { id = null, name = null } = wireNamed.safeParse(item).data ?? {};
  const [, channel = null] = channelNames.find(([form]) => form.test(name ?? '')) ?? [];
  return id === null || channel === null ? [] : [[id, channel]];
}
