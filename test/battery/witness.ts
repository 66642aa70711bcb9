import type { SimulatorFetch } from '../../src/simulator/host.ts';
import type { Entry } from './history.ts';

/** Bodies of messages that are stored, among those. */
type Stored = (bodies: readonly string[]) => Promise<readonly string[]>;

/** The provider's own record of how its queue was acknowledged. */
export interface Witness {
  readonly fetch: SimulatorFetch;
  /**
   * Of each read of the queue that was confirmed: what it showed (put), whether that was stored by then (taken by `stored`), and the confirm
   * itself (taken by `confirms`: twice where it was repeated).
   */
  readonly journal: readonly Entry[];
}

interface Read {
  readonly name: string;
  readonly bodies: readonly string[];
}

/**
 * Watches Booking.com's queue ("Retrieve latest messages", "Confirm messages"): a confirm takes so many from its head, whichever they are.
 * So nothing may be confirmed that is not stored, and no read more than once.
 */
export function createWitness(fetch: SimulatorFetch, stored: Stored): Witness {
  const journal: Entry[] = [];
  let reads = 0;
  let last: Read | null = null;
  const note = (op: Entry['op'], proc: string, key: string, type: Entry['type'] = 'ok'): void => {
    journal.push({ t: 0, proc, op, type, key });
  };
  const confirming = async ({ name, bodies }: Read): Promise<void> => {
    note('take', 'confirms', name);
    const safe = new Set(await stored(bodies));
    for (const body of bodies) {
      const key = `${name}: ${body}`;
      note('put', 'queue', key);
      if (safe.has(body)) note('take', 'stored', key);
    }
  };
  return {
    journal,
    async fetch(input, init) {
      const request = new Request(input, init);
      if (isConfirm(request) && last) await confirming(last);
      const response = await fetch(request);
      if (!request.url.includes('/messages/latest') || response.status !== 200) return response;
      const bodies = bodiesIn(await response.clone().text());
      if (bodies) {
        reads += 1;
        last = { name: `read ${reads}`, bodies };
        // Whether it is confirmed is not promised.
        note('put', 'queue', last.name, 'info');
      }
      return response;
    },
  };
}

/** Whether a request acknowledges what stands first in the queue. */
export function isConfirm({ method, url }: Request): boolean {
  return method === 'PUT' && new URL(url).pathname.endsWith('/messages');
}

/** Null where the answer was spoilt. */
function bodiesIn(text: string): readonly string[] | null {
  try {
    const { data } = JSON.parse(text) as { data: { messages: readonly { content: string }[] } };
    return data.messages.map(({ content }) => content);
  } catch {
    return null;
  }
}
