import { brand } from '../../src/domain/ids.ts';
import { createId } from '../../src/lib/id.ts';
import type { ProviderModule } from '../../src/providers/contract.ts';
import { type TestApp, testApp } from '../helpers/app.ts';
import { idOf, send } from '../helpers/desk.ts';
import { connectStub, picture, pictureFile, upload } from '../helpers/stub-desk.ts';
import { createStub, type Stub } from '../helpers/stub-provider.ts';

/** What a tenant has, one of each kind, and a message that was removed. */
export interface Tenant {
  readonly name: string;
  readonly token: string;
  readonly stub: Stub;
  /** By the names that arguments have, and by those of types. */
  readonly ids: Readonly<Record<string, string>>;
  /** Cursors of theirs. */
  readonly cursors: Readonly<Record<'event' | 'page', string>>;
}

export interface TwoTenants {
  readonly t: TestApp;
  readonly acme: Tenant;
  readonly rival: Tenant;
}

/** A system of two tenants. Their providers give their things the same names. */
export async function twoTenants(): Promise<TwoTenants> {
  const [one, other] = [createStub({ id: 'one' }), createStub({ id: 'other' })];
  const t = await testApp({ app: { providers: [one.module, other.module] as ProviderModule[] } });
  return { t, acme: await settled(t, 'acme', one), rival: await settled(t, 'rival', other) };
}

async function settled(t: TestApp, name: string, stub: Stub): Promise<Tenant> {
  const token = name === 'acme' ? t.token : await t.tokenFor(name);
  const thread = stub.thread({ booking: 'booking-1', guest: `Guest of ${name}` });
  const file = { externalId: brand<never>('file-1'), name: `${name}.png`, contentType: 'image/png', size: null };
  stub.files.set('file-1', { name: '', contentType: 'image/png', bytes: picture() });
  stub.says(thread, { body: `The key of ${name}?`, attachments: [file] });
  const removed = stub.says(thread, { body: `A mistake of ${name}` });
  const account = await connectStub(t, stub, `key of ${name}`, token);
  const conversation = await idOf(t, thread.externalId, token);
  const { db } = t;
  const { tenant_id: tenant } = await db.prisma.account.findUniqueOrThrow({ where: { id: account } });
  const lead = createId<never>('Lead');
  const told = { external_id: 'lead-1', address: {}, raw: {}, observed_at: new Date(0) };
  await db.prisma.lead.create({ data: { id: lead, tenant_id: tenant, account_id: account, ...told } });
  const ofTheirs = { where: { tenant_id: tenant } };
  const messages = await db.prisma.message.findMany(ofTheirs);
  const gone = messages.find(({ external_id }) => external_id === removed.externalId)?.id ?? '';
  await db.prisma.message.update({ where: { id: gone }, data: { removed_at: new Date(0) } });
  const Attachment = (await db.prisma.attachment.findFirstOrThrow(ofTheirs)).id;
  const Booking = (await db.prisma.booking.findFirstOrThrow(ofTheirs)).id;
  const ConversationParticipant = (await db.prisma.participant.findFirstOrThrow(ofTheirs)).id;
  const ConversationMessage = messages.find(({ id }) => id !== gone)?.id ?? '';
  const spare = await t.tokenFor(name, ['messages:read']);
  const known = await db.prisma.token.findMany(ofTheirs);
  const ApiToken = known.find(({ scopes }) => scopes.length === 1)?.id ?? '';
  if (!spare || !ApiToken) throw new Error('no token to spare');
  const uploaded = (await upload(t, conversation, pictureFile(), token)).attachment?.id ?? '';
  const outgoing = (await send(t, conversation, `An answer of ${name}`, {}, token)).message?.id ?? '';
  await t.settle();
  stub.calls.length = 0;
  const ids = {
    ...{ uploaded, outgoing },
    ...{ Tenant: tenant, Account: account, Conversation: conversation, ConversationMessage, ConversationParticipant },
    ...{ Booking, Lead: lead, Attachment, ApiToken, removed: gone, conversationId: conversation },
  };
  return { name, token, stub, ids, cursors: await cursorsOf(t, token) };
}

async function cursorsOf(t: TestApp, token: string): Promise<Tenant['cursors']> {
  const query = '{ eventCursor conversations { pageInfo { endCursor } } }';
  const { data } = await t.ask<{ eventCursor: string; conversations: { pageInfo: { endCursor: string } } }>(
    query,
    {},
    token,
  );
  return { event: data.eventCursor, page: data.conversations.pageInfo.endCursor };
}

/** The same thing under a name that nobody has. */
export function absentTwin(kind: 'id' | 'event' | 'page', value: string): string {
  if (kind === 'id') return value.replace(/([0-9a-f]{32}|[0-9a-f]{12})$/, (digits) => '0'.repeat(digits.length));
  const text = Buffer.from(value, 'base64url').toString('latin1');
  const twin = kind === 'event' ? text.replace(/^[^.]+/, (epoch) => 'x'.repeat(epoch.length)) : absentTwin('id', text);
  return Buffer.from(twin, 'latin1').toString('base64url');
}

/** Everything that is stored of a tenant, as one number for each table. */
export async function digestOf({ db }: TestApp, tenant: Tenant): Promise<Readonly<Record<string, string>>> {
  const found = await db.pool.query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.columns WHERE column_name = 'tenant_id' AND table_schema = current_schema() ORDER BY 1",
  );
  const digest: Record<string, string> = {};
  for (const { name } of found.rows) {
    const sql = `SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) AS md5 FROM "${name}" t WHERE tenant_id = $1`;
    const { rows } = await db.pool.query<{ md5: string | null }>(sql, [tenant.ids['Tenant']]);
    digest[name] = rows[0]?.md5 ?? '';
  }
  return digest;
}
