import type { Fault } from '../../src/simulator/faults.ts';

/**
 * In the provider's time, of which fifty seconds pass in one. Trouble that leaves a caller in doubt, and trouble that does not: with and
 * without the effect that was asked for. A request that is cut or hangs without effect never arrived. Beside these are requests that find
 * no way (way.ts) and answers that break off or are slow (wire.ts).
 */
export const faults: readonly Fault[] = [
  { kind: 'status', status: 408 },
  { kind: 'status', status: 500, effect: false },
  { kind: 'status', status: 500, effect: true },
  { kind: 'status', status: 502 },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 429 },
  { kind: 'status', status: 429, retryAfter: 1 },
  { kind: 'cut', effect: true },
  { kind: 'cut', effect: false },
  { kind: 'hang', effect: true },
  { kind: 'hang', effect: false },
  { kind: 'garbage' },
  // Understood, and without an id.
  { kind: 'garbage', body: '{}' },
  { kind: 'delay', ms: 15_000, effect: 'before-wait' },
  { kind: 'items', order: 'twice' },
  { kind: 'items', order: 'reversed' },
];
