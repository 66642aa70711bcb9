import { describe, expect, it } from 'vitest';
import { type AccountId, brand, type ConversationId, type TenantId } from '../../src/domain/ids.ts';
import { readEvents } from '../../src/store/events.ts';
import { appendEvents } from '../../src/store/feed.ts';
import { tenantScope } from '../../src/store/scope.ts';
import { testApp } from '../helpers/app.ts';
import { databaseKinds } from '../helpers/database.ts';
import { inboxOf, send } from '../helpers/desk.ts';

describe.each(databaseKinds)('eight writers of one feed (%s)', (kind) => {
  async function desk(conversations: number) {
    const t = await testApp({ kind });
    for (let i = 0; i < conversations; i += 1) t.simulator().addConversation();
    const accountId = brand<AccountId>(await t.connect());
    const { rows } = await t.db.pool.query<{ id: string }>('SELECT id FROM tenant');
    const tenantId = brand<TenantId>(rows[0]?.id ?? '');
    const ids = (await inboxOf(t)).map((one) => brand<ConversationId>(one.id));
    return { t, accountId, tenantId, ids };
  }

  it('make numbers without holes, and a reader who reads on from the last misses none', async () => {
    const { t, accountId, tenantId, ids } = await desk(1);
    const scope = tenantScope(tenantId);
    const conversationId = ids[0] ?? brand<ConversationId>('');
    const event = { type: 'ConversationChanged', accountId, conversationId } as const;
    let writing = true;
    const write = async (writer: number): Promise<void> => {
      for (let i = 0; i < 25; i += 1)
        await t.db.transaction(async (tx) => {
          // Different lengths of work before the numbers are taken: whoever began first does not end first.
          for (let step = 0; step < (writer + i) % 4; step += 1) await tx.$queryRaw`SELECT 1`;
          await appendEvents(tx, tenantId, Array(1 + (i % 3)).fill(event), t.clock.now());
        });
    };
    const seen: bigint[] = [];
    const read = async (): Promise<void> => {
      for (let last = 0n, ended = false; !ended; ) {
        // Looked at before the read: what was committed after an empty one must not be missed by the test itself.
        const written = !writing;
        const events = await readEvents(t.db, scope, last, 10);
        seen.push(...events.map((one) => one.seq));
        last = events.at(-1)?.seq ?? last;
        ended = written && events.length === 0;
      }
    };
    const reading = read();
    await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));
    writing = false;
    await reading;
    expect(seen).toEqual(seen.map((_, place) => BigInt(place + 1)));
    const { rows } = await t.db.pool.query<{ seq: string }>('SELECT seq FROM tenant');
    expect(BigInt(rows[0]?.seq ?? 0)).toBe(seen.at(-1));
    expect(seen.length).toBeGreaterThanOrEqual(8 * 49);
  });

  it('by the API send every message once, each conversation’s in order', async () => {
    const { t, ids } = await desk(8);
    await Promise.all(
      ids.map(async (id) => {
        for (let i = 0; i < 5; i += 1) expect((await send(t, id, `${id} ${i}`)).errors).toEqual([]);
      }),
    );
    for (let i = 0; i < 3; i += 1) await t.pass(2_000);
    const bodies = t.simulator().sent.map((one) => one.body);
    expect(bodies).toHaveLength(40);
    for (const id of ids) {
      const mine = bodies.filter((body) => body.startsWith(id));
      expect(mine).toEqual(Array.from({ length: 5 }, (_, i) => `${id} ${i}`));
    }
  });
});
