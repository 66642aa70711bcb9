/**
 * Merges equal parts of batches: an item whose equal is under way in another batch waits for that one, the rest are run together.
 * Answers line up with items.
 */
export function createMerge<Item, Answer>(keyOf: (item: Item) => string) {
  const flights = new Map<string, Promise<Answer>>();
  return async (
    items: readonly Item[],
    run: (items: readonly Item[]) => Promise<readonly Answer[]>,
  ): Promise<readonly Answer[]> => {
    const mine = items.filter((item) => !flights.has(keyOf(item)));
    if (mine.length > 0) {
      const batch = run(mine);
      for (const [place, item] of mine.entries()) {
        const flight = batch.then((answers) => answers[place] as Answer).finally(() => flights.delete(keyOf(item)));
        // Whoever waits is told; a flight that nobody waits for any more must not end the process.
        flight.catch(() => undefined);
        flights.set(keyOf(item), flight);
      }
    }
    return Promise.all(items.map((item) => flights.get(keyOf(item)) as Promise<Answer>));
  };
}
