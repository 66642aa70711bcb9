import type { ProviderEvent } from '../../domain/messaging.ts';
import type { ProviderAdapter } from '../contract.ts';
import { type Dialect, goesBackwards } from './dialect.ts';
import type { ListAsk } from './documents.ts';
import { type ListPage, readListPages } from './lists.ts';
import type { Known } from './memory.ts';
import type { Session } from './session.ts';
import { eventsOfPage, keepTail, type Phase, phases, withoutUndefined } from './sweep.ts';
import { PAGE_SIZE } from './threads.ts';
import { type Chosen, narrowing, type Workspaces } from './workspaces.ts';

/** One end of a list. */
interface Look extends ListAsk {
  readonly phase: Phase;
  readonly isRemembered: boolean;
}

/**
 * Looks at both ends of both lists in one document: which end the newest are at is not documented, and bookings carry no time of creation.
 * The far end is read backwards where the schema can do that, else from where the list was last seen to end.
 */
export function createGlance(session: Session, workspaces: Workspaces): NonNullable<ProviderAdapter['glance']> {
  return (call) =>
    session.speak(call, async (dialect, ask) => {
      const chosen = await workspaces.choose(dialect, ask, false);
      const looks = chosen?.ids.length === 0 ? [] : looksOf(dialect, chosen, await session.known());
      if (looks.length === 0) return [];
      const slots = await readListPages(ask, 'glance', looks);
      const events = new Map<string, ProviderEvent>();
      for (const [index, slot] of slots.entries()) {
        const look = looks[index];
        if (!look) continue;
        if (!slot.ok) await forgetTail(session, look);
        else if (slot.value) {
          for (const event of seen(look, slot.value)) events.set(keyOf(event), event);
          if (look.isRemembered) await keepTail(session, look.phase, look.list, slot.value);
        }
      }
      const failure = slots.find((slot) => !slot.ok);
      if (failure && slots.every((slot) => !slot.ok)) throw failure.error;
      return [...events.values()];
    });
}

function looksOf(dialect: Dialect, chosen: Chosen | null, { tails }: Known): readonly Look[] {
  return phases.flatMap((phase): readonly Look[] => {
    const list = dialect[phase];
    if (!list) return [];
    const common = { list, phase, workspaces: narrowing(list, chosen), isRemembered: false };
    const head = { ...common, window: { first: PAGE_SIZE, after: null } };
    if (goesBackwards(list)) return [head, { ...common, window: { last: PAGE_SIZE, before: null } }];
    const tail = tails?.[phase];
    if (tail === undefined) return [head];
    return [head, { ...common, window: { first: PAGE_SIZE, after: tail }, isRemembered: true }];
  });
}

/** That something is listed does not mean that it changed: which threads are read is not for a glance to say. */
function seen({ phase, list }: Look, page: ListPage): readonly ProviderEvent[] {
  return eventsOfPage(phase, list, page).filter(({ type }) => type !== 'stale');
}

/** A remembered end that is refused would be refused for ever; the next sweep finds a new one. */
async function forgetTail(session: Session, { isRemembered, phase }: Look): Promise<void> {
  if (!isRemembered) return;
  const { tails } = await session.known();
  await session.keep({ tails: withoutUndefined({ ...tails, [phase]: undefined }) });
}

function keyOf(event: ProviderEvent): string {
  if (event.type === 'booking') return `booking ${event.booking.externalId}`;
  if (event.type === 'lead') return `lead ${event.lead.externalId}`;
  if (event.type === 'conversation') return `conversation ${event.conversation.externalId}`;
  return JSON.stringify(event);
}
