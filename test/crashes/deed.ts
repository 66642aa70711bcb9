import type { Desk } from './desk.ts';

/*
 * What happens at a desk, by callers who ask until they are answered and guests who write, and what it must come to in the end. Each deed is
 * done again and again at one desk; `n` numbers the times.
 */

export interface Deed {
  /** What has to be so before; nobody dies meanwhile. */
  prepare?(desk: Desk, n: number): Promise<void>;
  act(desk: Desk, n: number): Promise<void>;
  /** Whether all has come to its end. */
  ended(desk: Desk, n: number): Promise<boolean>;
}

/** The conversation of a desk that everything happens in: its ids there and here. */
export async function threadAt(desk: Desk): Promise<{ readonly externalId: string; readonly id: string }> {
  const externalId = threads.get(desk) ?? desk.simulator.addConversation().externalId;
  threads.set(desk, externalId);
  for (;;) {
    const [row] = await desk.query<{ id: string }>('SELECT id FROM conversation WHERE external_id = $1', [externalId]);
    if (row) return { externalId, id: row.id };
    await guestWrites(desk, externalId);
    await desk.look();
  }
}

const threads = new WeakMap<Desk, string>();

/** The participant writes something that nobody has written before. */
export async function guestWrites(
  desk: Desk,
  conversation: string,
  attachments: readonly string[] = [],
): Promise<string> {
  const body = `Guest ${desk.history.length}`;
  desk.note('guest', 'ok', body);
  desk.simulator.guestWrites(conversation, body, { attachments });
  return body;
}

/** Has the account looked at where it is not. */
export async function isStored(desk: Desk, body: string): Promise<boolean> {
  const rows = await desk.query('SELECT 1 FROM message WHERE body = $1', [body]);
  if (rows.length === 0) await desk.look();
  return rows.length > 0;
}

/** What a deed has to know of itself later: what was written, and the id of what was made. */
export interface Kept {
  readonly body?: string;
  readonly id?: string;
}

const notes = new WeakMap<Desk, Map<number, Kept>>();

export function keep(desk: Desk, n: number, kept: Kept): void {
  const mine = notes.get(desk) ?? new Map<number, Kept>();
  notes.set(desk, mine.set(n, { ...mine.get(n), ...kept }));
}

export function keptOf(desk: Desk, n: number): Required<Kept> {
  return { body: '', id: '', ...notes.get(desk)?.get(n) };
}
