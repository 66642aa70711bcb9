import type { Clock } from '../lib/clock.ts';

/**
 * How often a client may say something on one socket, each second, and how much of that it may save up: enough to subscribe to all
 * that a socket carries at once, as clients do when they come back.
 */
export const messageRate = { perSecond: 50, burst: 150 } as const;

/** Counts one client's messages. A class: there is one a socket, thousands of which only wait. */
export class MessageMeter {
  readonly #clock: Clock;
  #left: number = messageRate.burst;
  #at: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#at = clock.monotonic();
  }

  /** Whether one more is still within the rate. */
  count(): boolean {
    const now = this.#clock.monotonic();
    this.#left = Math.min(messageRate.burst, this.#left + ((now - this.#at) / 1000) * messageRate.perSecond) - 1;
    this.#at = now;
    return this.#left >= 0;
  }
}
