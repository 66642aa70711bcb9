import type { Call, PageKey, ProviderAdapter } from '../contract.ts';
import type { Session } from './session.ts';
import { readThreads } from './thread-batch.ts';

/** Reads conversations and their messages: all that are asked for at once in one document, mostly in one round. */
export function createReading(session: Session): Pick<ProviderAdapter, 'conversations' | 'messages'> {
  const read = async (pages: readonly PageKey[], call: Call) => {
    if (pages.length === 0) return [];
    const known = (await session.known()).messageOrder ?? null;
    const { slots, order } = await session.speak(call, (dialect, ask) => readThreads(pages, dialect, known, ask));
    if (order !== null && order !== known) await session.keep({ messageOrder: order });
    return slots;
  };
  return {
    conversations: (keys, call) =>
      read(
        keys.map((conversation) => ({ conversation, older: null })),
        call,
      ),
    async messages(pages, call) {
      const slots = await read(pages, call);
      return slots.map((slot) => (slot.ok ? { ok: true, value: slot.value?.newest ?? null } : slot));
    },
  };
}
