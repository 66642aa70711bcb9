import type { Fetch } from '../../src/providers/contract.ts';
import { createChance } from '../../src/simulator/chance.ts';

/** The way from a server to its providers, on which some requests never arrive. */
export interface Way {
  readonly fetch: Fetch;
  /** From now on so many of them, 0 to 1. */
  lose(share: number): void;
}

// A port where nobody listens, a name that is nobody's, and a host that does not speak TLS.
const astray: readonly ((url: URL) => string)[] = [
  () => 'http://127.0.0.1:2/',
  () => 'http://nobody.invalid/',
  (url) => `https://${url.host}/`,
];

/** Which requests are lost, and how, is drawn from the seed. */
export function createWay(seed: number, share: number): Way {
  const chance = createChance(seed);
  let lost = share;
  return {
    async fetch(url, init) {
      return fetch(chance.happens(lost) ? chance.pick(astray)(new URL(url)) : url, init);
    },
    lose: (now) => {
      lost = now;
    },
  };
}
