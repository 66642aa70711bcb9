import { startChild } from '../child.ts';
import { quiet } from '../estate.ts';
import type { HttpLoadCommands } from '../http-load.ts';
import { contentOf, differentRequests, sameRequest } from '../inbox-query.ts';
import { startParley } from '../ours.ts';
import { preparePeers } from '../peers.ts';
import type { Row } from '../report.ts';
import type { Bench } from '../run.ts';
import { inTurns, median } from '../statistics.ts';
import { roundOf } from './inbox.ts';

const ROUNDS = 3;
const WARM_UP_MS = 2_000;
const MS = { ours: 2_000, apollo: 4_000 } as const;

/** What a peer's process can be asked. Told here, because the peers' own types are not there before they are installed. */
interface ApolloCommands extends Record<string, (argument: never) => unknown> {
  readonly url: () => string;
}

/** The inbox from the store beside Apollo Server with resolvers over Prisma's `include`. */
export async function apolloRows(bench: Bench): Promise<readonly Row[]> {
  const { databaseUrl } = bench;
  await preparePeers();
  const load = await startChild<HttpLoadCommands>('./http-load.ts');
  const parley = await startParley(bench);
  const apollo = await startChild<ApolloCommands>('./peers/apollo.ts', { databaseUrl, tenantId: quiet.tenantId });
  const urls = { ours: await parley.ask('url'), apollo: await apollo.ask('url') };
  const ours = (ms: number) => roundOf(parley, load, { url: urls.ours, ms, bodies: differentRequests(4_000) });
  const theirs = (ms: number) => roundOf(apollo, load, { url: urls.apollo, ms, bodies: [sameRequest] });
  const [mine, other] = [await ours(WARM_UP_MS), await theirs(WARM_UP_MS)];
  if (contentOf(mine.answer) !== contentOf(other.answer))
    throw new Error('the inbox and its peer tell different things');
  const rounds = await inTurns(ROUNDS, { ours: () => ours(MS.ours), apollo: () => theirs(MS.apollo) });
  const speed = (list: readonly { perSecond: number }[]): number => median(list.map((round) => round.perSecond));
  return [
    {
      ...{ what: 'inbox from the store', unit: 'requests/s', ours: speed(rounds.ours), theirs: speed(rounds.apollo) },
      ...{ against: 'Apollo Server + Prisma include', target: { atLeast: 6 } },
    },
  ];
}
