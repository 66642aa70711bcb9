import { createSecretFinder, type SecretFinder } from './secret-finder.ts';

/** Secret values that this process holds, for the last pass over what is logged. */
export interface KnownSecrets extends Pick<SecretFinder, 'has' | 'clear'> {
  /** Knows values for as long as the process lives. */
  keep(values: readonly string[]): void;
  /**
   * Knows what an owner has in a place, instead of what it had there before; the last values but these are known a while longer,
   * as a call that began with them may still be under way.
   */
  know(owner: string, place: string, values: readonly string[]): void;
}

interface Held {
  readonly values: readonly string[];
  /** What they have replaced. */
  readonly before: readonly string[];
}

// Some for each of many thousands of accounts. Of more, those go that nothing was told of for the longest time.
const MOST_OWNERS = 50_000;

/** Knows none at first. */
export function createKnownSecrets(mostOwners = MOST_OWNERS): KnownSecrets {
  const finder = createSecretFinder();
  const owners = new Map<string, Map<string, Held>>();
  const drop = ({ values, before }: Held): void => {
    for (const value of [...values, ...before]) finder.remove(value);
  };
  const placesOf = (owner: string): Map<string, Held> => {
    const places = owners.get(owner) ?? new Map<string, Held>();
    // The last one is the one that was told of last.
    owners.delete(owner);
    owners.set(owner, places);
    const [oldest] = owners.size > mostOwners ? owners : [];
    if (oldest) {
      owners.delete(oldest[0]);
      for (const held of oldest[1].values()) drop(held);
    }
    return places;
  };
  return {
    has: finder.has,
    clear: finder.clear,
    keep(values) {
      for (const value of values) finder.add(value);
    },
    know(owner, place, values) {
      const places = placesOf(owner);
      const held = places.get(place);
      if (held && isSame(held.values, values)) return;
      const next = { values, before: held?.values ?? [] };
      for (const value of [...next.values, ...next.before]) finder.add(value);
      if (held) drop(held);
      places.set(place, next);
    },
  };
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((value, at) => value === others[at]);
}
