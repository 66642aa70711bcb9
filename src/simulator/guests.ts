import type { Clock } from '../lib/clock.ts';
import { pictureOf } from './pictures.ts';
import type { World } from './world.ts';

/** Guests who live: they write unasked now and then, and answer what they are sent. */
export interface Guests {
  stop(): void;
}

// How long a guest takes to answer: long enough to be seen as an answer, short enough for somebody who looks on.
const ANSWER_MS = { least: 2_000, most: 5_000 };
const UNASKED_MS = { least: 4_000, most: 9_000 };
// How often they send a picture along, unasked.
const PICTURES = 0.5;

/** Brings a world's guests to life until they are stopped. A message of the host's own machines is not answered. */
export function startGuests(world: World, clock: Clock): Guests {
  const cancels = new Set<() => void>();
  const later = (within: { least: number; most: number }, run: () => void): void => {
    const ms = within.least + clock.random() * (within.most - within.least);
    const cancel = clock.after(ms, () => {
      cancels.delete(cancel);
      run();
    });
    cancels.add(cancel);
  };
  const liveThreads = () => [...world.conversations.values()].filter((one) => one.messages.length > 0);
  const writeUnasked = (): void => {
    const threads = liveThreads();
    const thread = threads[Math.floor(clock.random() * threads.length)];
    if (thread) {
      const attachmentIds = clock.random() < PICTURES ? [addPicture(world, thread.id, clock.random())] : [];
      world.write(thread.id, { by: 'guest', body: world.guestSays(thread.id), attachmentIds });
    }
    later(UNASKED_MS, writeUnasked);
  };
  const forget = world.onMessage((message, conversation) => {
    if (message.by !== 'host' || message.automated) return;
    later(ANSWER_MS, () => {
      if (!world.conversations.has(conversation.id)) return;
      world.write(conversation.id, { by: 'guest', body: world.guestAnswer(conversation.id, message.body) });
    });
  });
  later(UNASKED_MS, writeUnasked);
  return {
    stop() {
      forget();
      for (const cancel of cancels) cancel();
    },
  };
}

/** A picture that the guest took, in one of many colours. Answers its id. */
function addPicture(world: World, thread: number, which: number): number {
  const shade = Math.floor(which * 256);
  const bytes = pictureOf({ width: 160, height: 100, colour: [shade, 120, 255 - shade] });
  return world.addAttachment(thread, { by: 'guest', name: 'photo.png', contentType: 'image/png', bytes }).id;
}
