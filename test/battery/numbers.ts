import type { Ground } from './ground.ts';
import { check, type Entry, type Findings } from './history.ts';

/** Whether the feed's numbers run from 1 to its head without a hole. */
export async function numbersOf({ sql }: Pick<Ground, 'sql'>): Promise<Findings> {
  // Of one moment: things go on happening.
  const events = await sql<{ seq: string; head: string }>(
    'SELECT e.seq, t.seq AS head FROM event e JOIN tenant t ON t.id = e.tenant_id ORDER BY e.seq',
  );
  const puts = Array.from({ length: Number(events[0]?.head ?? 0) }, (_, i): Entry => {
    return { t: 0, proc: 'head', op: 'put', type: 'ok', key: String(i + 1) };
  });
  const takes = events.map(({ seq }): Entry => {
    return { t: 0, proc: 'feed', op: 'take', type: 'ok', key: seq, value: { seq: Number(seq) } };
  });
  const { lost, unexpected, gaps, ...rest } = check([...puts, ...takes], ['feed']);
  return { ...rest, lost, unexpected, gaps: [...gaps, ...lost, ...unexpected] };
}
