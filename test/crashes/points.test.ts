import { describe, expect, it } from 'vitest';
import { exempt, ownTime, scenarios } from './scenarios.ts';
import { callsInContract, writersIn, writersInSource } from './sources.ts';

const named = [
  ...Object.values(scenarios).flatMap((all) => all.flatMap(({ points }) => points)),
  ...[...ownTime.starting, ...ownTime.stopping],
];

function isNamed(name: string): boolean {
  const whole = (when: string): boolean => named.some((point) => new RegExp(`^${when} .*\\b${name}$`).test(point));
  return name in exempt || (whole('before') && whole('after'));
}

describe('points at which a server is killed', () => {
  it('are there before and after every write of ours', () => {
    const forgotten = writersInSource()
      .filter(({ name, path }) => !isNamed(name === 'createIngest' ? 'ingest' : name) && path !== 'src/app.ts')
      .map(
        ({ name, path }) =>
          `${name} (${path}) writes: name "before commit of ${name}" and "after commit of ${name}" in scenarios.ts`,
      );
    expect(forgotten).toEqual([]);
  });

  it('are there before and after everything that a provider can be asked for', () => {
    const forgotten = callsInContract().filter((name) => !isNamed(name));
    expect(callsInContract()).toContain('send');
    expect(forgotten, 'name "before call of …" and "after call of …" in scenarios.ts').toEqual([]);
  });

  it('are excused by name only where there is such a thing', () => {
    const known = new Set([...writersInSource().map(({ name }) => name), ...callsInContract()]);
    expect(Object.keys(exempt).filter((name) => !known.has(name))).toEqual([]);
  });

  it('would be missed of a function that is new', () => {
    const text = (body: string): string =>
      `export async function addThing(db: Database): Promise<void> {\n  ${body}\n}\n`;
    const writes = [
      'await db.transaction(async (tx) => {',
      'await db.prisma.$executeRaw`DELETE FROM thing`;',
      'await db.prisma.thing.create({ data });',
      'const rows = await db.prisma.$queryRaw<Row[]>`\n    UPDATE thing SET a = 1 RETURNING id`;',
    ];
    for (const body of writes)
      expect(writersIn('src/a.ts', text(body)), body).toEqual([{ name: 'addThing', path: 'src/a.ts' }]);
    const read = 'const rows = await db.prisma.$queryRaw<Row[]>`\n    SELECT 1`;';
    expect(writersIn('src/a.ts', text(read))).toEqual([]);
  });

  it('are each named once for a provider, and are many', () => {
    for (const all of Object.values(scenarios)) {
      const points = all.flatMap((scenario) => scenario.points);
      expect(points).toEqual([...new Set(points)]);
    }
    expect(new Set(named).size).toBeGreaterThan(80);
  });
});
