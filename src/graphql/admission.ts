import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressOf } from '../lib/addresses.ts';
import type { Places, Refused } from '../lib/places.ts';
import type { Backlogs } from './backlogs.ts';
import { clientError } from './errors.ts';
import { asksForEvents } from './event-answers.ts';

/** Who may keep a connection to us open, by websocket or as a stream of events. */
export interface Admission {
  /** Whether that request may go on; where it may not, it has been answered. */
  admit(request: IncomingMessage, response: ServerResponse): boolean;
  /** Takes a place for a connection that stays, given back by the returned function; or why there is none. */
  place(request: IncomingMessage): (() => void) | Refusal;
}

/** As an HTTP answer. */
export interface Refusal {
  readonly status: number;
  readonly text: string;
}

/** Places are counted by the address of the caller, behind proxies that are trusted. */
export function createAdmission(parts: {
  readonly places: Places;
  readonly addressOf: AddressOf;
  readonly backlogs: Backlogs;
}): Admission {
  const { places, addressOf, backlogs } = parts;
  const place: Admission['place'] = ({ socket, headers }) => {
    const taken = places.take(addressOf(socket.remoteAddress, headers['x-forwarded-for']?.toString()));
    return typeof taken === 'string' ? refusals[taken] : taken;
  };
  return {
    place,
    admit(request, response) {
      // Anything may be answered as events; what is no subscription gives its place back at once.
      if (!asksForEvents(request.headers.accept)) return true;
      const taken = place(request);
      if (typeof taken !== 'function') {
        refuse(response, taken);
        return false;
      }
      const unwatch = backlogs.watch({
        get unsent() {
          return response.writableLength;
        },
        giveUp: () => response.destroy(),
      });
      response.once('close', () => {
        taken();
        unwatch();
      });
      return true;
    },
  };
}

const refusals: Readonly<Record<Refused, Refusal>> = {
  each: {
    status: 429,
    text: 'This address holds as many sockets and streams open as one may. See PARLEY_MAX_SOCKETS_PER_ADDRESS, and PARLEY_TRUSTED_PROXIES where callers come by a proxy.',
  },
  all: { status: 503, text: 'The server holds as many sockets and streams open as it may. See PARLEY_MAX_SOCKETS.' },
};

/** How long to stay away, in seconds. */
export const COME_BACK_AFTER = 5;

function refuse(response: ServerResponse, { status, text }: Refusal): void {
  const error = clientError('RATE_LIMITED', text, { retryAfter: COME_BACK_AFTER });
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'retry-after': String(COME_BACK_AFTER) })
    .end(JSON.stringify({ errors: [error] }));
}
