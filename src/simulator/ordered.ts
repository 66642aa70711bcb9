/** A place in a list by time; the id decides between equals. */
export interface Place {
  readonly time: number;
  readonly id: number;
}

/** Whether `a` comes before (negative) or after (positive) `b`, oldest first. */
export function comparePlaces(a: Place, b: Place): number {
  return a.time - b.time || a.id - b.id;
}

/** Puts an item where its place is in a list kept oldest first. Cheap at the end, where nearly all go. */
export function insertInOrder<Item>(list: Item[], item: Item, placeOf: (item: Item) => Place): void {
  list.splice(countBefore(list, placeOf(item), placeOf), 0, item);
}

/** How many items of a list kept oldest first come before that place. */
export function countBefore<Item>(list: readonly Item[], place: Place, placeOf: (item: Item) => Place): number {
  const last = list.at(-1);
  if (last === undefined || comparePlaces(placeOf(last), place) < 0) return list.length;
  let low = 0;
  let high = list.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = list[middle];
    if (item !== undefined && comparePlaces(placeOf(item), place) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
