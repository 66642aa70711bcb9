import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutSlice, type Slice, type SliceRequest } from '../store/slice.ts';
import { toClientError } from './errors.ts';
import { encodePageCursor } from './page-cursor.ts';
import { type Connection, createConnection, type PageArgs, pageRequest } from './paging.ts';

interface Row {
  readonly id: string;
}

const positionOf = ({ id }: Row) => ({ at: new Date(0), id });
const cursorOf = (row: Row | undefined) => encodePageCursor('rows', positionOf(row ?? { id: '' }));
const rowsOf = (count: number): readonly Row[] =>
  Array.from({ length: count }, (_, place) => ({ id: `msg_${(count - place).toString(16).padStart(32, '0')}` }));

describe('the arguments of a list', () => {
  it('ask for 25 from the start where they say nothing', () => {
    expect(pageRequest('rows', {})).toEqual({ limit: 25, from: 'start', after: null, before: null });
    expect(pageRequest('rows', { first: null, last: null })).toMatchObject({ limit: 25, from: 'start' });
  });

  it('are refused with both first and last, a size outside 1 to 100, or a broken cursor', () => {
    const wrong: PageArgs[] = [
      { first: 1, last: 1 },
      { first: 0 },
      { first: -1 },
      { first: 101 },
      { last: 0 },
      { last: 101 },
      { after: 'nonsense' },
      { before: '' },
    ];
    for (const args of wrong)
      expect(
        codeOf(() => pageRequest('rows', args)),
        JSON.stringify(args),
      ).toBe('BAD_USER_INPUT');
  });
});

describe('pages', () => {
  it('show every row once, in order, whichever way and size they are walked', async () => {
    const cases = fc.record({ count: fc.integer({ min: 0, max: 40 }), size: fc.integer({ min: 1, max: 12 }) });
    await fc.assert(
      fc.asyncProperty(cases, async ({ count, size }) => {
        const rows = rowsOf(count);
        expect(await walk(rows, (end) => ({ first: size, after: end }), 'endCursor', 'hasNextPage')).toEqual(rows);
        const back = await walk(rows, (start) => ({ last: size, before: start }), 'startCursor', 'hasPreviousPage');
        expect(back).toEqual(rows);
      }),
    );
  });

  it('say in both directions whether the list goes on', async () => {
    const rows = rowsOf(10);
    const [, second, , , , , , , ninth] = rows;
    const cases: [PageArgs, boolean, boolean][] = [
      [{ first: 10 }, false, false],
      [{ first: 9 }, false, true],
      [{ last: 10 }, false, false],
      [{ last: 9 }, true, false],
      [{ first: 3, after: cursorOf(second) }, true, true],
      [{ last: 3, before: cursorOf(ninth) }, true, true],
      [{ first: 100, after: cursorOf(second) }, true, false],
      [{ first: 100, after: cursorOf(second), before: cursorOf(ninth) }, true, true],
      [{ first: 5, after: cursorOf(rows.at(-1)) }, true, false],
      [{ last: 5, before: cursorOf(rows[0]) }, false, true],
    ];
    for (const [args, previous, next] of cases) {
      const info = await pageInfoOf(pageOf(rows, args));
      expect(info, JSON.stringify(args)).toEqual({ hasPreviousPage: previous, hasNextPage: next });
    }
  });

  it('go on as long as more is known to lie beyond what is stored', async () => {
    expect(await pageInfoOf(pageOf(rowsOf(2), { first: 5 }, true))).toMatchObject({ hasNextPage: true });
  });

  it('give each row a cursor that continues after it', () => {
    const rows = rowsOf(3);
    expect(pageOf(rows, {}).edges.map(({ node, cursor }) => [node, cursor])).toEqual(
      rows.map((row) => [row, cursorOf(row)]),
    );
  });
});

/** Walks a list to its end and returns what was seen, in the list's order. */
async function walk(
  rows: readonly Row[],
  args: (cursor: string | null) => PageArgs,
  edge: 'startCursor' | 'endCursor',
  more: 'hasNextPage' | 'hasPreviousPage',
): Promise<readonly Row[]> {
  let seen: readonly Row[] = [];
  let cursor: string | null = null;
  for (;;) {
    const page: Connection<Row> = pageOf(rows, args(cursor));
    seen = more === 'hasNextPage' ? [...seen, ...page.nodes] : [...page.nodes, ...seen];
    if (!(await pageInfoOf(page))[more]) return seen;
    cursor = page.pageInfo[edge];
  }
}

async function pageInfoOf({ pageInfo }: Connection<Row>) {
  const { hasNextPage, hasPreviousPage } = pageInfo;
  return {
    hasNextPage: typeof hasNextPage === 'boolean' ? hasNextPage : await hasNextPage(),
    hasPreviousPage: typeof hasPreviousPage === 'boolean' ? hasPreviousPage : await hasPreviousPage(),
  };
}

function pageOf(rows: readonly Row[], args: PageArgs, moreBeyond = false): Connection<Row> {
  const request = pageRequest('rows', args);
  return createConnection<Row>({
    list: 'rows',
    request,
    slice: sliceOf(rows, request),
    positionOf,
    totalCount: async () => rows.length,
    exists: async (probe) => sliceOf(rows, probe).rows.length > 0,
    moreBeyond,
  });
}

/** What the store answers: ids fall in list order. */
function sliceOf(rows: readonly Row[], request: SliceRequest): Slice<Row> {
  const { after, before, from } = request;
  const between = rows.filter(({ id }) => (!after || id < after.id) && (!before || id > before.id));
  return cutSlice((from === 'end' ? between.toReversed() : between).slice(0, request.limit + 1), request);
}

function codeOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return toClientError(error).extensions['code'];
  }
}
