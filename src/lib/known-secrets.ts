/** Secret values that this process holds, for the last pass over what is logged. */
export interface KnownSecrets {
  know(values: readonly string[]): void;
  all(): readonly string[];
}

// Some for each of thousands of accounts: more than those were replaced long ago.
const MOST = 20_000;

/** Knows none at first; the oldest are forgotten where there are very many. */
export function createKnownSecrets(): KnownSecrets {
  const known = new Set<string>();
  let all: readonly string[] | null = null;
  return {
    know(values) {
      for (const value of values) {
        if (known.has(value)) continue;
        known.add(value);
        all = null;
      }
      for (const oldest of known) {
        if (known.size <= MOST) break;
        known.delete(oldest);
      }
    },
    all() {
      all ??= [...known];
      return all;
    },
  };
}
