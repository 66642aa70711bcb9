import type { ProviderConversation } from '../../domain/messaging.ts';
import type { Call, ConversationKey, ProviderAdapter } from '../contract.ts';
import { idsOfKeys } from './conversation-ids.ts';
import { lists, readByIds } from './lists.ts';
import { withNewest } from './map.ts';
import type { News } from './news.ts';
import type { Session } from './session.ts';
import { readPages } from './threads.ts';
import { type WireConversation, wireConversation } from './wire.ts';

export type Reading = Required<Pick<ProviderAdapter, 'conversations' | 'messages'>>;

/** Reads conversations, with their newest pages, and threads. */
export function createReading(session: Session, news: News): Reading {
  const { ask } = session;

  /** The conversations that keys name, as they came, and under which ids. */
  const read = async (keys: readonly ConversationKey[], call: Call) => {
    const ids = await idsOfKeys(ask, keys, call);
    return { ids, items: await readConversations(ids, call) };
  };
  const readConversations = (ids: readonly (string | null)[], call: Call) => {
    const query = { include: 'participants' };
    return readByIds(ask, lists.conversations, { ids: ids.filter((id) => id !== null), query }, call);
  };

  const conversations: Reading['conversations'] = async (keys, call) => {
    const { ids, items } = await read(keys, call);
    const told = await news.conversations(items, call);
    const open = told.filter(({ wire }) => wire.messages !== null);
    const slots = await readPages(
      ask,
      news,
      open.map(({ wire }) => ({ wire, older: null })),
      call,
    );
    const pages = new Map(open.map(({ wire }, index) => [wire.id, slots[index]] as const));
    const found = new Map(
      told.map(({ wire, told }): [string, ProviderConversation] => {
        const page = pages.get(wire.id);
        return [wire.id, page?.ok && page.value ? withNewest(told, page.value) : told];
      }),
    );
    return ids.map((id) => ({ ok: true, value: found.get(id ?? '') ?? null }));
  };

  return {
    conversations,

    async messages(pages, call) {
      const { ids, items } = await read(
        pages.map(({ conversation }) => conversation),
        call,
      );
      const wires = new Map<string, WireConversation>();
      for (const item of items) {
        const wire = wireConversation.safeParse(item).data;
        if (wire) wires.set(wire.id, wire);
      }
      const wanted = pages.flatMap(({ older }, place) => {
        const wire = wires.get(ids[place] ?? '');
        return wire ? [{ wire, older, place }] : [];
      });
      const slots = await readPages(ask, news, wanted, call);
      const found = new Map(wanted.map(({ place }, index) => [place, slots[index]] as const));
      return pages.map((_, place) => found.get(place) ?? { ok: true, value: null });
    },
  };
}
