import type { Chance } from './chance.ts';
import type { Guest } from './estate.ts';
import type { Topic } from './phrases.ts';
import { phrasesOf } from './texts.ts';
import type { NewMessage } from './world-messages.ts';

/** What a thread should be like. */
export interface ThreadPlan {
  readonly guest: Guest;
  readonly propertyName: string;
  /** The host's automatic first message. */
  readonly opening: 'welcome' | 'interest';
  readonly topics: readonly Topic[];
  /** How many messages. */
  readonly count: number;
  /** The first is written at `from`; none after `until`. */
  readonly from: Date;
  readonly until: Date;
}

const minute = 60_000;

/**
 * A natural history: an automatic opening, then questions and answers topic by topic, cut off after `count`.
 * Guest messages after the host's last one are unread.
 */
export function writeThread(chance: Chance, plan: ThreadPlan): readonly NewMessage[] {
  const lines = Array.from({ length: plan.count }, (_, index) => lineAt(plan, index));
  const times = timesOf(chance, plan);
  const lastFromHost = lines.findLastIndex((line) => line.by === 'host');
  return lines.map((line, index) => ({
    ...line,
    at: times[index] ?? plan.until,
    read: line.by === 'host' || index < lastFromHost,
  }));
}

function lineAt(plan: ThreadPlan, index: number): Omit<NewMessage, 'at' | 'read'> {
  const phrases = phrasesOf(plan.guest.language);
  if (index === 0) return { by: 'host', automated: true, body: fill(phrases[plan.opening], plan) };
  const exchange = phrases.exchanges[plan.topics[Math.floor((index - 1) / 3) % plan.topics.length] ?? 'checkIn'];
  const part = (index - 1) % 3;
  if (part === 1) return { by: 'host', body: exchange.answer };
  return { by: 'guest', body: part === 0 ? exchange.ask : exchange.close };
}

function fill(template: string, plan: ThreadPlan): string {
  return template.replace('{name}', plan.guest.firstName).replace('{property}', plan.propertyName);
}

/** Topics are spread evenly over the time there is; inside one, people answer within the hour. */
function timesOf(chance: Chance, plan: ThreadPlan): readonly Date[] {
  const start = plan.from.getTime();
  const blocks = Math.ceil((plan.count - 1) / 3);
  const block = Math.max(0, plan.until.getTime() - start) / Math.max(1, blocks);
  let time = start;
  return Array.from({ length: plan.count }, (_, index) => {
    const part = (index - 1) % 3;
    const blockStart = start + Math.floor((index - 1) / 3) * block;
    if (index > 0 && part === 0) time = blockStart + chance.between(1, 500) * (block / 1000);
    else if (index > 0) time += Math.min(chance.between(2 * minute, 50 * minute), block / 5);
    return new Date(Math.floor(time));
  });
}
