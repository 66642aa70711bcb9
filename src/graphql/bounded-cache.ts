/** Keeps what was used last, up to a number of entries. */
export interface BoundedCache<Key, Value> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): void;
  delete(key: Key): void;
  readonly size: number;
}

/** An empty cache of at most `limit` entries: the one unused for longest makes room. */
export function createBoundedCache<Key, Value>(limit: number): BoundedCache<Key, Value> {
  // A Map keeps the order of insertion, so the first key is the one unused for longest.
  const entries = new Map<Key, Value>();
  let last: readonly [Key, Value] | null = null;
  return {
    get(key) {
      // Asked for again and again by whoever is told many events, and already the newest.
      if (last?.[0] === key) return last[1];
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      last = [key, value];
      return value;
    },
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      last = [key, value];
      for (const oldest of entries.keys()) {
        if (entries.size <= limit) break;
        entries.delete(oldest);
      }
    },
    delete(key) {
      entries.delete(key);
      last = null;
    },
    get size() {
      return entries.size;
    },
  };
}
