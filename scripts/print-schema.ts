import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { buildSchema, findBreakingChanges, type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';

const FILE = 'schema.graphql';

/** The schema as text, sorted, so that the order of source files never shows. */
export function textOf(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}

/** What would break callers of `before`, one line each. */
export function breakingChanges(before: string, after: string): string[] {
  return findBreakingChanges(buildSchema(before), buildSchema(after)).map(({ description }) => description);
}

function lastCommitted(): string | null {
  try {
    return execFileSync('git', ['show', `HEAD:./${FILE}`], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    // No repository, no commit yet, or no schema in it: nothing was promised.
    return null;
  }
}

function check(text: string): string[] {
  const before = lastCommitted();
  return [
    ...(readFileSync(FILE, 'utf8') === text ? [] : [`${FILE} is not what src/graphql/schema.ts says: npm run schema`]),
    ...(before === null ? [] : breakingChanges(before, text)).map((change) => `breaks callers: ${change}`),
  ];
}

if (import.meta.main) {
  const { schema } = await import('../src/graphql/schema.ts');
  const text = textOf(schema);
  if (process.argv.includes('--check')) {
    const problems = check(text);
    for (const problem of problems) console.error(problem);
    process.exitCode = problems.length > 0 ? 1 : 0;
  } else writeFileSync(FILE, text);
}
