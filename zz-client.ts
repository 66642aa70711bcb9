import { WebSocket } from 'ws';
const [url, n, token, mode] = process.argv.slice(2) as [string, string, string, string];
let got = 0;
const open = () => new Promise<void>((resolve) => {
  const ws = new WebSocket(url, mode === 'gql' ? 'graphql-transport-ws' : undefined, { perMessageDeflate: false });
  ws.on('open', () => { if (mode !== 'gql') return resolve(); ws.send(JSON.stringify({ type: 'connection_init', payload: { authorization: 'Bearer ' + token } })); });
  ws.on('message', (d: Buffer) => { if (mode === 'gql' && d.length < 60) { ws.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: 'subscription { messageAdded { cursor message { id body sentAt sentBy } conversation { id participant { name } unreadCount } } }' } })); resolve(); return; } got++; });
});
for (let i = 0; i < Number(n); i += 50) await Promise.all(Array.from({ length: 50 }, open));
process.send!('ready');
process.on('message', (m) => { if (m === 'got') process.send!({ got }); });
