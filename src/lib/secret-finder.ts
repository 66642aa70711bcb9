/** What stands where a secret was. */
export const REDACTED = '[redacted]';

// Shorter ones are found by chance in innocent text, and would make lines unreadable.
const SHORTEST_SECRET = 6;

/** Finds secrets in texts. How long that takes depends on the text, and not on how many secrets there are. */
export interface SecretFinder {
  /** One that is added twice is to be removed twice. */
  add(secret: string): void;
  remove(secret: string): void;
  /** Whether a text is one of them. */
  has(text: string): boolean;
  /** The text without them, as they are and as they stand in a URL. */
  clear(text: string): string;
}

/** Knows those given. Ones that are too short to be told from other text are passed over. */
export function createSecretFinder(secrets: readonly string[] = []): SecretFinder {
  const counts = new Map<string, number>();
  // By how they begin, so that each place of a text is looked up once.
  const spellings = new Map<string, Map<string, number>>();
  const count = (map: Map<string, number>, key: string, by: number): void => {
    const now = (map.get(key) ?? 0) + by;
    if (now > 0) map.set(key, now);
    else map.delete(key);
  };
  const change = (secret: string, by: number): void => {
    if (secret.length < SHORTEST_SECRET) return;
    count(counts, secret, by);
    for (const spelling of new Set([secret, encodeURIComponent(secret.toWellFormed())])) {
      const start = spelling.slice(0, SHORTEST_SECRET);
      const alike = spellings.get(start) ?? new Map<string, number>();
      count(alike, spelling, by);
      if (alike.size > 0) spellings.set(start, alike);
      else spellings.delete(start);
    }
  };
  /** How many characters of the text are secret from there on; 0: none. */
  const longestAt = (text: string, at: number): number => {
    let longest = 0;
    for (const spelling of spellings.get(text.slice(at, at + SHORTEST_SECRET))?.keys() ?? [])
      if (spelling.length > longest && text.startsWith(spelling, at)) longest = spelling.length;
    return longest;
  };
  for (const secret of secrets) change(secret, 1);
  return {
    add: (secret) => change(secret, 1),
    remove(secret) {
      if (counts.has(secret)) change(secret, -1);
    },
    has: (text) => counts.has(text),
    clear(text) {
      if (spellings.size === 0) return text;
      let cleared = '';
      // What is before it is dealt with.
      let end = 0;
      for (let at = 0; at + SHORTEST_SECRET <= text.length; at += 1) {
        const length = longestAt(text, at);
        if (length === 0) continue;
        // One that begins within another may end behind it.
        if (at >= end) cleared += text.slice(end, at) + REDACTED;
        end = Math.max(end, at + length);
      }
      return cleared + text.slice(end);
    },
  };
}
