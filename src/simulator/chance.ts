/** Repeatable dice: the same seed rolls the same sequence. */
export interface Chance {
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  /** One of the items. Throws a RangeError where there are none. */
  pick<Item>(items: readonly Item[]): Item;
  /** True that often: 0 never, 1 always. */
  happens(probability: number): boolean;
}

/** Dice from a seed, independent of any clock. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  // mulberry32: short, and evenly spread also for small neighbouring seeds.
  const roll = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number): number => low + Math.floor(roll() * (high - low + 1));
  return {
    between,
    happens: (probability) => roll() < probability,
    pick(items) {
      const item = items[between(0, items.length - 1)];
      if (item === undefined) throw new RangeError('nothing to pick from');
      return item;
    },
  };
}
