import { type IncomingMessage, request } from 'node:http';
import { WebSocket } from 'ws';
import { sleep, systemClock } from '../../src/lib/clock.ts';
import type { SoakOperation } from './soak-operations.ts';
import type { Scene } from './soak-scene.ts';

const STAY_MS = { least: 3_000, most: 15_000 };

/** Those who subscribe: each stays for a while, and goes in one way or another. They take long: not what is measured. */
export const listeners: readonly SoakOperation[] = [
  { name: 'websocket', perSecond: 1, play: listenBySocket },
  { name: 'event stream', perSecond: 0.4, play: listenByStream },
];

const subscriptions: readonly ((scene: Scene) => { readonly query: string; readonly variables?: object })[] = [
  () => ({ query: 'subscription { messageAdded { cursor message { id body } conversation { id unreadCount } } }' }),
  () => ({
    query: 'subscription { events { __typename cursor ... on MessageChanged { message { delivery { state } } } } }',
  }),
  ({ chance, writable }) => ({
    query: 'subscription ($of: [ID!]) { messageAdded(conversationIds: $of) { message { body sentBy } } }',
    variables: { of: [chance.pick(writable), chance.pick(writable)] },
  }),
  () => ({ query: 'subscription { nothingOfTheKind }' }),
];

/** How somebody goes. `stall`: stops reading first. */
const goings = ['complete', 'close', 'terminate', 'stall'] as const;

async function listenBySocket(scene: Scene): Promise<void> {
  const { chance, url, token } = scene;
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  let errored: Error | null = null;
  socket.on('error', (error) => {
    errored = error;
  });
  const say = (message: object): void => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  };
  const count = chance.between(1, 4);
  const ids = Array.from({ length: count }, (_, i) => String(i));
  socket.once('open', () => say({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  // What comes first is that it was acknowledged.
  socket.once('message', () => {
    for (const id of ids) say({ id, type: 'subscribe', payload: chance.pick(subscriptions)(scene) });
  });
  // Some leave before anything has begun.
  const code = await Promise.race([closed, sleep(systemClock, chance.happens(0.1) ? 5 : stay(scene))]);
  if (code !== undefined || errored) throw errored ?? new Error(`closed with ${code}`);
  const going = chance.pick(goings);
  if (going === 'stall') {
    socket.pause();
    await Promise.race([closed, sleep(systemClock, stay(scene))]);
    socket.terminate();
  }
  if (going === 'terminate') socket.terminate();
  if (going === 'complete') for (const id of ids) say({ id, type: 'complete' });
  if (going === 'complete') await sleep(systemClock, chance.between(0, 2_000));
  socket.close();
  await Promise.race([closed, sleep(systemClock, 5_000)]);
  socket.terminate();
}

async function listenByStream(scene: Scene): Promise<void> {
  const { url, token, chance } = scene;
  const asked = request(`${url}/graphql`, {
    method: 'POST',
    agent: false,
    headers: {
      ...{ 'content-type': 'application/json', accept: 'text/event-stream' },
      authorization: `Bearer ${token}`,
    },
  });
  const gone = new Promise<void>((resolve) => asked.once('close', resolve));
  asked.on('error', () => undefined);
  const answered = new Promise<IncomingMessage>((resolve) => asked.once('response', resolve));
  asked.end(JSON.stringify(chance.pick(subscriptions)(scene)));
  const answer = await Promise.race([answered, gone]);
  if (!answer) throw new Error('an event stream did not begin');
  answer.on('error', () => undefined).resume();
  await Promise.race([gone, sleep(systemClock, stay(scene))]);
  if (chance.happens(0.3)) {
    answer.pause();
    await Promise.race([gone, sleep(systemClock, stay(scene))]);
  }
  asked.destroy();
}

function stay({ chance }: Scene): number {
  return chance.between(STAY_MS.least, STAY_MS.most);
}
