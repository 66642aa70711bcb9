import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { createChance } from '../../src/simulator/chance.ts';
import { broken, createGenerator } from './document-generator.ts';
import { disagreements, opinionOf } from './document-oracle.ts';
import { documentsLimits, playDocuments } from './documents.ts';
import { type Ground, startGround } from './ground.ts';

/*
 * Documents that nobody has thought of. `npm run battery -- documents` plays fifty thousand.
 */

const SEED = Number(process.env['SEED'] ?? 20261127);
const LONG = { timeout: 300_000 };
const known = { ids: ['cnv_1'], eventCursors: ['e'], pageCursors: ['p'] };

let ground: Ground;
beforeAll(async () => {
  ground = await startGround('embedded', { env: documentsLimits });
});
afterAll(() => ground.end());

it(
  'documents by the thousand are answered where they are right and refused where not, and nothing breaks',
  LONG,
  async () => {
    const { wrong, opinions } = await playDocuments(ground, SEED, { documents: 600, variableSets: 240 });
    expect(wrong, `SEED=${SEED}`).toEqual([]);
    expect(opinions.valid).toBeGreaterThan(250);
    expect(opinions.invalid).toBeGreaterThan(120);
    expect(opinions['wrong variables']).toBeGreaterThan(30);
  },
);

describe('what is generated', () => {
  it('asks for every field that an operation can begin with', () => {
    const next = createGenerator({ chance: createChance(SEED), known });
    const texts = Array.from({ length: 4_000 }, () => next().query).join('\n');
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    const names = roots.flatMap((type) => Object.keys(type?.getFields() ?? {}));
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(texts))).toEqual([]);
  });

  it('is right for the most part, and for the least when it is broken', () => {
    const chance = createChance(SEED);
    const next = createGenerator({ chance, known });
    const made = Array.from({ length: 500 }, next);
    const right = made.filter((one) => opinionOf(one) === 'valid').length;
    const stillRight = made.filter((one) => opinionOf(broken(one, chance)) === 'valid').length;
    expect(right).toBeGreaterThan(400);
    expect(stillRight).toBeLessThan(150);
  });

  it('is found out where it is answered against the rules, or refused against them', () => {
    const heard = { way: 'POST', statuses: [200], closed: null, cut: false, ended: true, ms: 1, text: '' };
    const answered = { ...heard, answers: [{ data: {} }] };
    const refused = { ...heard, answers: [{ errors: [{ message: 'Cannot query field "x" on type "Query".' }] }] };
    expect([disagreements('valid', answered), disagreements('invalid', refused)]).toEqual([[], []]);
    expect(disagreements('invalid', answered)).toHaveLength(1);
    expect(disagreements('wrong variables', answered)).toHaveLength(1);
    expect(disagreements('valid', refused)).toHaveLength(1);
  });
});
