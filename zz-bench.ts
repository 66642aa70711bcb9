import { createServer } from 'node:http';
import { createServerAdapter } from '@whatwg-node/server';
import { mkdtempSync } from 'node:fs';
import pg from 'pg';
import { schema } from './src/graphql/schema.ts';
import { createTransport } from './src/graphql/transport.ts';
import { defaultTimes } from './src/domain/times.ts';
import { silentLog } from './src/lib/log.ts';
import { systemClock } from './src/lib/clock.ts';
import { createWakes } from './src/lib/wake.ts';
import { openDatabase } from './src/store/database.ts';
import { createToken } from './src/store/tokens.ts';
import { createEstate } from './test/store/reads-estate.ts';
const admin = new pg.Client('postgres://postgres@127.0.0.1:5432/postgres'); await admin.connect();
await admin.query('DROP DATABASE IF EXISTS zz_transport WITH (FORCE)'); await admin.query('CREATE DATABASE zz_transport');
const db = await openDatabase({ url: 'postgres://postgres@127.0.0.1:5432/zz_transport', dataDir: mkdtempSync('/tmp/b/x'), clock: systemClock });
const estate = await createEstate(db);
for (let i = 0; i < 50; i++) {
  const p = await estate.participant({ name: 'Guest ' + i });
  const c = await estate.conversation(i, { participant_id: p, messages_read_at: new Date(), history_complete: true });
  const rows = Array.from({ length: 20 }, (_, k) => k);
  for (const k of rows) await estate.message(c, i * 20 + k, { body: 'A message of some length, as guests write them, number ' + k, sent_by: k % 2 ? 'us' : 'participant', channel: 'email', kind: 'free_text' });
}
const token = await createToken(db, estate.scope.tenantId, { name: 'b', scopes: ['messages:read'], now: new Date() });
const gateway: any = { providers: [{ id: 'lavanda', title: 'L', abilities: [], batchSize: 25, credentialFields: [], speaksAs: 'property' }], readThreads: async (_: any, __: any, r: any) => r.map(() => null) };
const transport = createTransport({ schema, db, gateway, clock: systemClock, times: defaultTimes, wakes: createWakes(), log: { ...silentLog, warn: (f: any, m: string) => console.log(m, f), error: (f: any, m: string) => console.log(m, f) } as any, publicUrl: '', graphiql: false, allowedOrigins: [] });
const server = createServer(createServerAdapter((r: Request) => transport.fetch(r)));
await new Promise<void>((r) => server.listen(0, '127.0.0.1', () => r()));
const url = `http://127.0.0.1:${(server.address() as any).port}/graphql`;
const query = `query Inbox { conversations(first: 50) { nodes { id participant { name } messages(first: 20) { nodes { id body automated channel sentAt sentBy read urgent priority snoozeUntil } } } } }`;
const body = JSON.stringify({ query });
const once = async () => { const r = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body }); return r.text(); };
const t = await once(); console.log(t.length, t.slice(0, 300), JSON.parse(t).data.conversations.nodes[0].messages.nodes.length);
for (let i = 0; i < 50; i++) await once();
const N = 400; let cpu = process.cpuUsage(); let t0 = performance.now();
await Promise.all(Array.from({ length: 4 }, async () => { for (let i = 0; i < N / 4; i++) await once(); }));
cpu = process.cpuUsage(cpu); console.log('parley', (N / (performance.now() - t0) * 1000).toFixed(0), 'req/s', 'cpu ms/req (with client)', ((cpu.user + cpu.system) / 1000 / N).toFixed(2));
// floor
const floorSql = `select json_build_object('data', json_build_object('conversations', json_build_object('nodes', coalesce(json_agg(n order by o desc), '[]'))))::text t from (
 select c.order_at o, json_build_object('id', c.id, 'participant', json_build_object('name', p.name), 'messages', json_build_object('nodes', (select json_agg(json_build_object('id', m.id, 'body', m.body,'automated', m.automated,'channel', m.channel,'sentAt', m.sent_at,'sentBy', m.sent_by,'read', coalesce(m.read_local,m.read_upstream),'urgent', coalesce(m.urgent_local, m.urgent_upstream),'priority', coalesce(m.priority_local,m.priority_upstream),'snoozeUntil', coalesce(m.snooze_local,m.snooze_upstream))) from (select * from message m where m.conversation_id = c.id and m.removed_at is null order by m.order_at desc, m.id desc limit 20) m))) n
 from conversation c left join participant p on p.id = c.participant_id where c.tenant_id = $1 order by c.order_at desc, c.id desc limit 50) x`;
const floor = createServer(async (_q, s) => { const r = await db.pool.query({ name: 'floor', text: floorSql, values: [estate.scope.tenantId] }); s.setHeader('content-type', 'application/json'); s.end(r.rows[0].t); });
await new Promise<void>((r) => floor.listen(0, '127.0.0.1', () => r()));
const furl = `http://127.0.0.1:${(floor.address() as any).port}/`;
const fonce = async () => (await fetch(furl, { method: 'POST', body })).text();
console.log((await fonce()).length);
for (let i = 0; i < 50; i++) await fonce();
cpu = process.cpuUsage(); t0 = performance.now();
await Promise.all(Array.from({ length: 4 }, async () => { for (let i = 0; i < N / 4; i++) await fonce(); }));
cpu = process.cpuUsage(cpu); console.log('floor', (N / (performance.now() - t0) * 1000).toFixed(0), 'req/s', 'cpu ms/req', ((cpu.user + cpu.system) / 1000 / N).toFixed(2));
server.closeAllConnections(); server.close(); floor.closeAllConnections(); floor.close(); await db.close(); await admin.query('DROP DATABASE zz_transport WITH (FORCE)'); await admin.end();
process.exit(0);
