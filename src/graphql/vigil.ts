import type { Clock } from '../lib/clock.ts';
import type { Wakes } from '../lib/wake.ts';
import type { Session } from './authentication.ts';

/** The topic under which servers are told that a token was ended. */
export const TOKENS_TOPIC = 'tokens';

/** Ends what lives by a token when the token does, also while nothing happens. */
export interface Vigil {
  /** Has `end` called, once, when that session's token has ended. The returned function takes that back. */
  watch(session: Session, end: () => void): () => void;
  /** Ends whatever lives by that session: its token was seen to have ended. */
  end(session: Session): void;
}

/** What lives by one session. */
interface Watch {
  readonly endings: (() => void)[];
  /** Takes back the look at the moment at which the token runs out. */
  cancel: () => void;
  looking: boolean;
}

// With the time that a token is believed for, this is well below the 5 s within which a revoked one ends everything.
const EVERY_MS = 1_000;

/**
 * Looks at all sessions now and then, and at once where a token was ended; `forget` is called first then. Runs that out, end when they do.
 * Keeps no timer while nothing is watched.
 */
export function createVigil(clock: Clock, wakes: Wakes, forget: () => void): Vigil {
  const watched = new Map<Session, Watch>();
  let rest = (): void => undefined;

  const end = (session: Session): void => {
    const watch = watched.get(session);
    if (!watch) return;
    drop(session, watch);
    // The newest first: a socket ends after what came by it, so that this can still say why.
    for (const ending of watch.endings.toReversed()) ending();
  };
  const expired = ({ caller: { expiresAt } }: Session): boolean => expiresAt !== null && expiresAt <= clock.now();
  const look = (session: Session, watch: Watch): void => {
    if (watch.looking && !expired(session)) return;
    const good = session.stillGood();
    if (good === true) return;
    if (good === false) {
      end(session);
      return;
    }
    watch.looking = true;
    const looked = (still: boolean): void => {
      watch.looking = false;
      if (!still && watched.get(session) === watch) end(session);
    };
    // A store that does not answer ends nobody.
    good.then(looked, () => looked(true));
  };
  const lookAtAll = (): void => {
    for (const [session, watch] of watched) look(session, watch);
  };
  /** A clock that was set back runs the timer too early: it is looked at again. */
  const lookAtExpiry = (session: Session, watch: Watch): void => {
    const { expiresAt } = session.caller;
    if (expiresAt === null) return;
    watch.cancel = clock.after(expiresAt.getTime() - clock.now().getTime(), () => {
      if (expired(session)) end(session);
      else lookAtExpiry(session, watch);
    });
  };
  const begin = (): void => {
    const unlisten = wakes.listen(TOKENS_TOPIC, () => {
      forget();
      lookAtAll();
    });
    const stop = nowAndThen(clock, lookAtAll);
    rest = () => {
      stop();
      unlisten();
    };
  };
  function drop(session: Session, watch: Watch): void {
    watch.cancel();
    watched.delete(session);
    if (watched.size === 0) rest();
  }
  function add(session: Session): Watch {
    if (watched.size === 0) begin();
    const watch: Watch = { endings: [], cancel: () => undefined, looking: false };
    watched.set(session, watch);
    lookAtExpiry(session, watch);
    return watch;
  }
  return {
    watch(session, ending) {
      const watch = watched.get(session) ?? add(session);
      watch.endings.push(ending);
      return () => {
        const place = watch.endings.indexOf(ending);
        if (place < 0) return;
        watch.endings.splice(place, 1);
        if (watch.endings.length === 0 && watched.get(session) === watch) drop(session, watch);
      };
    },
    end,
  };
}

function nowAndThen(clock: Clock, run: () => void): () => void {
  let over = false;
  let cancel = (): void => undefined;
  const later = (): void => {
    cancel = clock.after(EVERY_MS, () => {
      run();
      if (!over) later();
    });
  };
  later();
  return () => {
    over = true;
    cancel();
  };
}
