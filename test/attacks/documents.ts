import { createChance } from '../../src/simulator/chance.ts';
import type { Heard, Site } from './attack.ts';
import { broken, createGenerator, type Generated, withOtherVariables } from './document-generator.ts';
import { disagreements, type Opinion, opinionOf } from './document-oracle.ts';
import type { Ground } from './ground.ts';
import type { Known } from './input-values.ts';
import { judgeMemory } from './memory.ts';
import { judge } from './verdict.ts';
import { postForEvents, postText } from './ways-http.ts';
import { say, subscribe } from './ways-socket.ts';

/** How many are sent. */
export interface DocumentsSize {
  readonly documents: number;
  /** Further operations whose arguments all are variables, right and wrong. */
  readonly variableSets: number;
}

/** What they came to. */
export interface Documented {
  /** Empty where each was answered or refused as it should be. */
  readonly wrong: readonly string[];
  readonly opinions: Readonly<Record<Opinion, number>>;
  readonly statuses: Readonly<Record<string, number>>;
  readonly slowestMs: number;
}

/** For the server: such a client would soon have spent what its token may. */
export const documentsLimits = { PARLEY_COST_BUDGET: '999999999', PARLEY_COST_REFILL: '999999999' };

const AT_ONCE = 8;
const BROKEN = 0.45;
const MOST_WRONG = 30;

/** Sends generated documents, from that seed, and holds what comes back against what GraphQL itself thinks of them. */
export async function playDocuments(ground: Ground, seed: number, size: DocumentsSize): Promise<Documented> {
  const chance = createChance(seed);
  const known = await knownOf(ground.site);
  const documents = createGenerator({ chance, known });
  const operations = createGenerator({ chance, known, variablesOnly: true });
  const wrong: string[] = [];
  const statuses: Record<string, number> = {};
  const opinions = { valid: 0, invalid: 0, 'wrong variables': 0 };
  let slowestMs = 0;
  const next = (isDocument: boolean): Generated => {
    const made = isDocument ? documents() : operations();
    if (isDocument) return chance.happens(BROKEN) ? broken(made, chance) : made;
    return chance.happens(0.6) ? withOtherVariables(made, chance, known) : made;
  };
  const play = async (isDocument: boolean, count: number): Promise<void> => {
    let left = count;
    const worker = async (): Promise<void> => {
      while (left > 0 && wrong.length < MOST_WRONG) {
        left -= 1;
        const one = next(isDocument);
        const opinion = opinionOf(one);
        const heard = await send(ground.site, one, chance.between(0, 9));
        opinions[opinion] += 1;
        slowestMs = Math.max(slowestMs, heard.ms);
        for (const status of heard.statuses) statuses[status] = (statuses[status] ?? 0) + 1;
        // Some are real work, such as a look at a provider, and have the time of any operation.
        const inTime = heard.ended ? { ...heard, ms: 0 } : heard;
        const problems = [...judge({ expected: 'answered' }, inTime), ...disagreements(opinion, heard)];
        for (const problem of problems) wrong.push(`${problem}\n${JSON.stringify(one)}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  };
  // What is compiled and kept once is no leak.
  await play(true, Math.ceil(size.documents / 5));
  const before = await ground.vitals();
  await play(true, size.documents - Math.ceil(size.documents / 5));
  await play(false, size.variableSets);
  wrong.push(...judgeMemory(before, await ground.vitals()), ...(await ground.ask()));
  wrong.push(...ground.server.faults.map((line) => `logged: ${line.slice(0, 1_000)}`));
  return { wrong, opinions, statuses, slowestMs: Math.round(slowestMs) };
}

/** Most by POST, some as events or by websocket. A subscription that is right would never end: it is followed for a moment. */
async function send(site: Site, { operation, query, variables }: Generated, way: number): Promise<Heard> {
  const text = JSON.stringify({ query, variables });
  if (operation === 'subscription') {
    if (way > 7) return postText(site, text);
    return say(site, [`{"id":"1","type":"subscribe","payload":${text}}`], true);
  }
  if (way === 9) return postForEvents(site, text);
  return way === 8 ? subscribe(site, text) : postText(site, text);
}

async function knownOf(site: Site): Promise<Known> {
  const query = `{ eventCursor accounts { id } conversations(first: 3) { pageInfo { endCursor }
    nodes { id participant { id } booking { id } messages(first: 3) { nodes { id } pageInfo { endCursor } } } } }`;
  const { text } = await postText(site, JSON.stringify({ query }));
  const all = (name: string): readonly string[] =>
    [...text.matchAll(new RegExp(`"${name}":"([^"]+)"`, 'g'))].map(([, value]) => value ?? '');
  const account = /"accounts":\[\{"id":"([^"]+)"/.exec(text)?.[1];
  // An account that is disconnected, or a person who is forgotten, would be no use for what comes after.
  const ids = all('id').filter((id) => id !== account && !id.startsWith('prt'));
  if (ids.length === 0) throw new Error(`nothing is known of the server: ${text.slice(0, 500)}`);
  return { ids, eventCursors: all('eventCursor'), pageCursors: all('endCursor') };
}
