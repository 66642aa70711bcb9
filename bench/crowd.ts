import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from './child.ts';
import type { Estate } from './estate.ts';
import type { Crowd, SocketLoadCommands } from './socket-load.ts';

const subscription = `subscription ($after: EventCursor) { messageAdded(after: $after) { cursor message { id body sentAt sentBy channel } conversation { id } } }`;

/** Subscribers of ours, as a frontend's library would introduce them. `after`: where they resume; absent: from now on. */
export function subscribers(url: string, { token }: Estate, count: number, after?: string): Crowd {
  const init = { type: 'connection_init', payload: { authorization: `Bearer ${token}` } };
  const subscribe = {
    type: 'subscribe',
    id: 'live',
    payload: { query: subscription, ...(after && { variables: { after } }) },
  };
  const greetings = [JSON.stringify(init), JSON.stringify(subscribe)];
  return { url, count, protocol: 'graphql-transport-ws', greetings };
}

/** Opens a crowd and waits until its server knows all of it. */
export async function gather(
  load: Child<SocketLoadCommands>,
  server: Child<{ followers: () => number }>,
  crowd: Crowd,
): Promise<void> {
  const wanted = (await server.ask('followers')) + crowd.count;
  await load.ask('open', crowd);
  for (let tries = 0; (await server.ask('followers')) < wanted; tries++) {
    if (tries === 200) throw new Error('not all sockets came to be followed');
    await sleep(50);
  }
}
