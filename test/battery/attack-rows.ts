import { type Assailed, assail, playAll } from '../attacks/assail.ts';
import { corpus, strewn } from '../attacks/corpus.ts';
import { documentsLimits, playDocuments } from '../attacks/documents.ts';
import { fuzzBytes } from '../attacks/fuzz.ts';
import { type Ground, startGround } from '../attacks/ground.ts';
import { judgeMemory } from '../attacks/memory.ts';
import { type Findings, nothingWrong } from './history.ts';
import type { WatchedOptions } from './soak-server.ts';

/** A row of the battery about what is sent to break things. */
export interface AttackRow {
  readonly name: string;
  readonly onlyNamed?: true;
  play(): Promise<{ readonly findings: Findings; readonly wrong: readonly string[]; readonly figures: object }>;
}

const MB = 1024 * 1024;

/** The rows, their random cases from that seed; `of` tells how many of a full number are wanted. */
export function attackRows(seed: number, of: (full: number) => number): readonly AttackRow[] {
  const size = { http: of(20_000), frames: of(20_000), multipart: of(5_000) };
  const documents = { documents: of(50_000), variableSets: of(20_000) };
  return [
    { name: 'attacks: every bad input that has a name', play: () => onGround(playCorpus) },
    {
      name: `attacks: bytes, ${size.http} requests, ${size.frames} frames, ${size.multipart} bodies with files`,
      play: () =>
        onGround(async (ground) => {
          const { wrong, ...figures } = await fuzzBytes(ground, seed, size);
          return { wrong, figures };
        }),
    },
    {
      name: `documents: ${documents.documents} generated, ${documents.variableSets} sets of variables`,
      play: () =>
        onGround(
          async (ground) => {
            const { wrong, ...figures } = await playDocuments(ground, seed, documents);
            return { wrong, figures };
          },
          { env: documentsLimits },
        ),
    },
    {
      name: 'leak: a server that keeps what it was asked is found out by malformed bytes',
      onlyNamed: true,
      play: () =>
        onGround(
          async (ground) => {
            const { wrong } = await fuzzBytes(ground, seed, { http: 20_000, frames: 10, multipart: 10 });
            const isFound = wrong.some((one) => one.includes('more are held than before'));
            return { wrong: isFound ? [] : ['the leak was not found'], figures: { wrong } };
          },
          { preload: ['./soak-leak.ts'] },
        ),
    },
  ];
}

type Played = { readonly wrong: readonly string[]; readonly figures: object };

async function onGround(play: (ground: Ground) => Promise<Played>, options: WatchedOptions = {}) {
  const ground = await startGround('postgres', options);
  try {
    const { wrong, figures } = await play(ground);
    const exit = await ground.server.end();
    const ended = exit === 0 ? [] : [`the server ended with ${exit}`];
    return { findings: nothingWrong, wrong: [...wrong, ...ended], figures };
  } finally {
    await ground.end();
  }
}

/** Once with a look at every answer, which also warms the server up, then once more for what is held afterwards. */
async function playCorpus(ground: Ground): Promise<Played> {
  const all: Assailed[] = [];
  for (const attacks of Object.values(corpus)) all.push(await assail(ground, attacks));
  for (const attacks of Object.values(strewn)) all.push(await assail(ground, attacks, { countEach: false }));
  const attacks = [corpus, strewn].flatMap((families) => Object.values(families).flat());
  const before = await ground.vitals();
  await playAll(ground, attacks);
  const after = await ground.vitals();
  const grown = (of: 'heapUsed' | 'external' | 'rss'): number => Math.round(((after[of] - before[of]) / MB) * 10) / 10;
  return {
    wrong: [...all.flatMap(({ wrong }) => wrong), ...judgeMemory(before, after), ...(await ground.ask())],
    figures: {
      inputs: attacks.length,
      answers: all.reduce((sum, { answers }) => sum + answers, 0),
      slowest: all
        .flatMap(({ slowest }) => slowest)
        .toSorted((one, other) => other.ms - one.ms)
        .slice(0, 5),
      grownMB: { heap: grown('heapUsed'), external: grown('external'), rss: grown('rss') },
    },
  };
}
