import { createGate } from '../../simulator/gate.ts';
import type { Arrival, Service } from '../../simulator/host.ts';
import type { Desk, Version } from './simulator-desk.ts';
import { accessDenied, type Reply, refuse, ruidOf, wrap } from './simulator-envelope.ts';
import type { Office } from './simulator-office.ts';
import { routeOf } from './simulator-routes.ts';
import type { ConnectivitySwitches } from './simulator-switches.ts';
import type { TokenOffice } from './simulator-token.ts';

/** Everything in front of the office: the token host, who may ask, how often, and the envelope. */
export function createGateway(desk: Desk, account: string, tokens: TokenOffice, office: Office): Service {
  const { switches, clock } = desk;
  const wait = createGate(
    () => switches.rateLimit,
    () => clock.now().getTime(),
  );
  let asked = 0;
  return {
    name: (arrival) => routeOf(arrival).operation,
    answer(arrival, handling) {
      asked += 1;
      const ruid = ruidOf(account, asked);
      handling.nameRequest(ruid);
      const route = routeOf(arrival);
      if (route.operation === 'token') return tokens.answer(arrival, ruid);
      const refusal = admit(route.operation, arrival, tokens, wait, switches);
      if (refusal) return wrap(refusal, ruid);
      const { version, warning } = versionOf(arrival.headers.get('accept-version'));
      if (warning !== null && switches.unknownVersion === 'refuse') return wrap(refuse(400, warning), ruid);
      const reply = office.answer(route, arrival, handling, version);
      return wrap({ ...reply, warnings: warning === null ? [] : [warning] }, ruid);
    },
  };
}

/** Paths, then who asks, then how often: in the order in which a gateway looks. */
function admit(
  operation: string,
  { headers }: Arrival,
  tokens: TokenOffice,
  wait: () => number | null,
  { retryAfter }: ConnectivitySwitches,
): Reply | null {
  if (operation === 'unknown') return refuse(404, 'Not found');
  if (operation === 'wrongMethod') return refuse(405, 'Method not allowed');
  if (!tokens.admits(headers.get('authorization'))) return accessDenied;
  const seconds = wait();
  if (seconds === null) return null;
  const limited = refuse(429, 'To many requests');
  return retryAfter ? { ...limited, headers: { 'retry-after': String(seconds) } } : limited;
}

/** Absent is 1.0, and so is 1.1. What an unknown one gets is not documented. */
function versionOf(text: string | null): { readonly version: Version; readonly warning: string | null } {
  if (text === '1.3') return { version: 1.3, warning: null };
  if (text === '1.2') return { version: 1.2, warning: null };
  const known = text === null || text === '1.0' || text === '1.1';
  return { version: 1.0, warning: known ? null : `Accept-Version ${text} is not known` };
}
