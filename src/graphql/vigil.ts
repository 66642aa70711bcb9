import type { Clock } from '../lib/clock.ts';
import type { Wakes } from '../lib/wake.ts';

/** The topic under which servers are told that a token was ended. */
export const TOKENS_TOPIC = 'tokens';

/** Whoever lives by a token. */
interface Watched {
  /** Looks whether its token still stands, and ends where it does not. */
  lookAtRights(): void;
}

/** Has those who are told of events look at their rights also while nothing happens. */
export interface Vigil {
  /** Until the returned function is called. */
  watch(one: Watched): () => void;
}

// With the time that a token is believed for, this is less than the 5 s within which a revoked one ends everything.
const EVERY_MS = 1_500;

/** Looks at all now and then, and at once where a token was ended; `forget` is called first then. Keeps no timer while nobody is watched. */
export function createVigil(clock: Clock, wakes: Wakes, forget: () => void): Vigil {
  const watched = new Set<Watched>();
  let end = (): void => undefined;
  const lookAtAll = (): void => {
    for (const one of watched) one.lookAtRights();
  };
  const begin = (): void => {
    let cancel = (): void => undefined;
    const later = (): void => {
      cancel = clock.after(EVERY_MS, () => {
        lookAtAll();
        later();
      });
    };
    later();
    const unlisten = wakes.listen(TOKENS_TOPIC, () => {
      forget();
      lookAtAll();
    });
    end = () => {
      cancel();
      unlisten();
    };
  };
  return {
    watch(one) {
      if (watched.size === 0) begin();
      watched.add(one);
      return () => {
        if (watched.delete(one) && watched.size === 0) end();
      };
    },
  };
}
