/** Why there is no place: one key has all that one may have, or all are taken. */
export type Refused = 'each' | 'all';

/** Counts who holds a place, by key and in all. */
export interface Places {
  /** Takes a place, given back by the returned function, once however often it is called. */
  take(key: string): (() => void) | Refused;
  readonly taken: number;
}

export function createPlaces(most: { readonly each: number; readonly all: number }): Places {
  const byKey = new Map<string, number>();
  let taken = 0;
  return {
    take(key) {
      const held = byKey.get(key) ?? 0;
      if (held >= most.each) return 'each';
      if (taken >= most.all) return 'all';
      byKey.set(key, held + 1);
      taken += 1;
      let mine = true;
      return () => {
        if (!mine) return;
        mine = false;
        taken -= 1;
        const left = (byKey.get(key) ?? 1) - 1;
        if (left === 0) byKey.delete(key);
        else byKey.set(key, left);
      };
    },
    get taken() {
      return taken;
    },
  };
}
