import { createHash } from 'node:crypto';
import type { JsonObject } from '../../domain/json.ts';
import { stayOf } from '../../simulator/bookingcom.ts';
import type { Message } from '../../simulator/estate.ts';
import type { Handling } from '../../simulator/host.ts';
import { type Desk, isShown, type Version, visibleStays } from './simulator-desk.ts';
import { ok, type Reply, refuse } from './simulator-envelope.ts';
import { showInQueue } from './simulator-messages.ts';

/*
 * The machine account's queue of new messages, over all its properties and of both sides ("Managing messages").
 *
 * It bites as the real one is feared to: confirming takes so many from the head, whichever they are by then. Who repeats a
 * confirm, or confirms late, throws away what they have not seen.
 */
export interface Queue {
  /** The head, up to 100; the same again until confirmed. */
  latest(version: Version, handling: Handling): Reply;
  /** Takes so many from the head. `count` as it stood in the address. */
  confirm(count: string | null): Reply;
  /** Messages that were confirmed by somebody who had never been shown them: lost, unless looked for otherwise. */
  readonly lost: readonly number[];
  /** How many wait. */
  readonly waiting: number;
}

const PAGE = 100;
// Confirmed messages that come back do so within minutes.
const BACK_MS = { least: 60_000, most: 300_000 };

interface Entry {
  readonly message: number;
  readonly arrivedAt: number;
  seen: boolean;
}

/** Opens the queue: it hears of every message from now on. */
export function createQueue(desk: Desk, okOf: () => JsonObject): Queue {
  const { world, clock, switches } = desk;
  let entries: Entry[] = [];
  let lastRead = 0;
  const lost: number[] = [];
  const add = (message: number): void => {
    entries.push({ message, arrivedAt: clock.now().getTime(), seen: false });
    entries = inOrder(entries, switches.queueOrder);
  };
  const showable = () => entries.filter((entry) => messageAt(desk, entry.message) !== null);
  world.onMessage((message, conversation) => {
    if (!switches.queueEnabled || !stayOf(world, conversation)) return;
    if (isShown(desk, message, 1.0)) add(message.id);
  });
  if (switches.queueAtStart === 'everything') {
    const all = visibleStays(desk).flatMap(({ conversation }) => conversation.messages);
    for (const { id } of all.toSorted((a, b) => a.at.getTime() - b.at.getTime() || a.id - b.id)) add(id);
  }
  const off = (): Reply | null => (switches.queueEnabled ? null : refuse(403, 'This endpoint is not enabled'));
  const drop = (count: number): void => {
    for (const entry of showable().slice(0, count)) {
      entries = entries.filter((other) => other !== entry);
      if (!entry.seen) lost.push(entry.message);
      if (clock.random() >= switches.redelivery) continue;
      clock.after(BACK_MS.least + clock.random() * (BACK_MS.most - BACK_MS.least), () => add(entry.message));
    }
  };
  return {
    lost,
    get waiting() {
      return entries.length;
    },
    latest(version, handling) {
      const refusal = off();
      if (refusal) return refusal;
      const head = showable().slice(0, PAGE);
      for (const entry of head) entry.seen = true;
      lastRead = head.length;
      const messages = head.flatMap((entry) => showEntry(desk, entry, version));
      return ok({
        messages: handling.arrange(messages),
        ...okOf(),
        number_of_messages: head.length,
        timestamp: clockText(desk),
      });
    },
    confirm(text) {
      const refusal = off();
      if (refusal) return refusal;
      const count = /^\d{1,9}$/.test(text ?? '') ? Number(text) : 0;
      if (count <= 0) return refuse(400, 'number_of_messages must be a positive number');
      if (count > lastRead && switches.confirmBeyondRead === 'refuse') {
        return refuse(400, 'number_of_messages is more than was read');
      }
      drop(count);
      return ok(okOf());
    },
  };
}

function messageAt({ world }: Desk, id: number): Message | null {
  const message = world.messages.get(id);
  return message && world.conversations.has(message.conversationId) ? message : null;
}

function showEntry(desk: Desk, entry: Entry, version: Version): readonly JsonObject[] {
  const message = messageAt(desk, entry.message);
  const conversation = message && desk.world.conversations.get(message.conversationId);
  const stay = conversation ? stayOf(desk.world, conversation) : null;
  return message && stay ? [showInQueue(desk, stay, message, version)] : [];
}

function inOrder(entries: Entry[], order: 'arrival' | 'shuffledWithinSecond'): Entry[] {
  if (order === 'arrival') return entries;
  const second = (entry: Entry): number => Math.floor(entry.arrivedAt / 1000);
  const die = (entry: Entry): string => createHash('sha1').update(`queue:${entry.message}`).digest('hex');
  return entries.toSorted((a, b) => second(a) - second(b) || (die(a) < die(b) ? -1 : 1));
}

/** The queue's own time: the sample has two digits of the second's fraction and no zone. */
function clockText({ clock, switches }: Desk): string {
  const text = clock.now().toISOString();
  return switches.queueClock === 'withZone' ? text : text.slice(0, -2);
}
