import { describe, expect, it } from 'vitest';
import { problemsOfCode, problemsOfData, undescribed } from '../../scripts/check-house.ts';
import { breakingChanges } from '../../scripts/print-schema.ts';

const words = ['acme', 'bravo'];
const problemsAt = (path: string, ...lines: string[]): string[] => problemsOfCode(path, lines.join('\n'), words);

describe('the house rules', () => {
  it("refuse a provider's name outside its folder, in names, texts and types, with its line", () => {
    const problems = problemsAt('src/sync/poller.ts', '// é', 'const acmeKey = 1;', 'type P = "to Bra.vo";');
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual(['src/sync/poller.ts:2', 'src/sync/poller.ts:3']);
  });

  it("allow a provider's name in comments and descriptions", () => {
    const field = "const a = { description: 'as Acme does', b: text().describe('Bravo has it') };";
    expect(problemsAt('src/graphql/message.ts', '/** Acme */', field, '// bravo')).toEqual([]);
  });

  it("allow a provider's name in its folder, the registry, the simulators, the demo and tests", () => {
    const homes = ['src/providers/acme/map.ts', 'src/providers/registry.ts', 'src/simulator/texts.ts', 'src/demo.ts'];
    for (const path of [...homes, 'src/sync/poller.test.ts', 'test/api/inbox.test.ts'])
      expect(problemsAt(path, "const a = 'acme';")).toEqual([]);
  });

  it("refuse a provider's name in the database, so that a fifth needs no migration", () => {
    expect(problemsOfData('prisma/schema.prisma', 'enum Kind { acme } // bravo', words)).toHaveLength(1);
  });

  it('refuse the time taken from the machine, and allow a moment made of a value', () => {
    expect(problemsAt('src/lib/log.ts', 'a(new Date());', 'b(Date());')).toHaveLength(2);
    expect(problemsAt('src/lib/log.ts', 'a(new Date(5));', 'b(new Date(text), x.Date);')).toEqual([]);
    expect(problemsAt('src/lib/clock.ts', 'a(new Date());')).toEqual([]);
  });

  it('refuse replaced modules and tests that are only announced', () => {
    expect(problemsAt('test/a.test.ts', "vi.mock('a');", "it.todo('b');", 'vi.fn();')).toHaveLength(2);
  });

  it('refuse a type that is taken where the import rules do not look', () => {
    expect(problemsAt('src/sync/a.ts', "type A = import('./b.ts').B;")).toHaveLength(1);
    expect(problemsAt('src/sync/a.ts', "const { b } = await import('./b.ts');")).toEqual([]);
  });

  it('tell which file cannot be read', () => {
    expect(problemsAt('src/sync/a.ts', 'const =;')[0]).toMatch(/^src\/sync\/a\.ts cannot be read/);
  });

  it('refuse names of files that say nothing', () => {
    expect(problemsAt('src/lib/date-utils.ts', '')).toHaveLength(1);
  });
});

describe('the schema', () => {
  it('is described in every type, field, argument and value', () => {
    const sdl = 'type A { "b" b(c: Int): A } "E" enum E { F } input G { "h" h: Int } scalar J "K" union K = A';
    const missing = undescribed(sdl).map((problem) => problem.split(' ')[1]);
    expect(missing).toEqual(['A', 'A.b.c', 'E.F', 'G', 'J']);
  });

  it('is refused where it takes from callers what they were given, and may grow', () => {
    const before = 'type Query { a: Int b: Int }';
    expect(breakingChanges(before, 'type Query { a: Int }')).toHaveLength(1);
    expect(breakingChanges(before, 'type Query { a: Int! b: Int c: Int }')).toEqual([]);
  });
});
