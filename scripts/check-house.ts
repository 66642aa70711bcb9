import { globSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type ASTNode, parse, visit } from 'graphql';
import { type CodeFindings, type Finding, findInCode } from './code-findings.ts';

/*
 * The house rules that neither the linter nor the import rules can see.
 */

const NAMED_WHERE_IT_BELONGS = [
  /^src\/providers\/[^/]+\//,
  /^src\/providers\/registry\.ts$/,
  /^src\/simulator\//,
  /^src\/demo[^/]*\.ts$/,
  // The forms of one provider's own schema, kept under its names.
  /^src\/graphql\/aliases\.ts$/,
  /\.test\.ts$/,
];
const VAGUE_NAME = /(^|-)(utils?|helpers?|managers?|services?)\.ts$/;

/** What a file of `src` or `test` does against the house rules. `words` are the names of providers, in lower case. */
export function problemsOfCode(path: string, code: string, words: readonly string[]): string[] {
  const mayName = !path.startsWith('src/') || NAMED_WHERE_IT_BELONGS.some((place) => place.test(path));
  const found = read(code, mayName ? [] : words);
  if (typeof found === 'string') return [`${path} cannot be read: ${found}`];
  const { clock, mocks, todos, passingTypes, names } = found;
  const at = (findings: readonly Finding[], reason: (found: string) => string): string[] =>
    findings.map(({ line, text }) => `${path}:${line} ${reason(text)}`);
  return [
    ...(path.startsWith('src/') && VAGUE_NAME.test(basename(path)) ? [`${path} has a name that says nothing`] : []),
    ...(path === 'src/lib/clock.ts' ? [] : at(clock, () => 'asks the machine for the time; ask the Clock')),
    ...at(mocks, () => 'replaces a module; hand in a fake'),
    ...at(todos, () => 'is a test that is not there'),
    ...at(passingTypes, () => 'takes a type in passing, unseen by the import rules; use import type'),
    ...at(names, (name) => `names the provider ${name} outside its folder and the registry`),
  ];
}

/** What is in the code, or why the parser stumbled, which it does over some that is valid (`for (const of of …)`). */
function read(code: string, words: readonly string[]): CodeFindings | string {
  try {
    return findInCode(code, words);
  } catch (error) {
    return String(error).split('\n').slice(0, 6).join('\n');
  }
}

/** What a database file names that only a provider's folder may name. Comments may. */
export function problemsOfData(path: string, text: string, words: readonly string[]): string[] {
  const statements = text.replace(/(--|\/\/).*$/gm, '').toLowerCase();
  return words.filter((word) => statements.includes(word)).map((word) => `${path} names the provider ${word}`);
}

/** Every part of the printed schema that a reader of GraphiQL would find without a word of explanation. */
export function undescribed(sdl: string): string[] {
  const problems: string[] = [];
  const owners: string[] = [];
  visit(parse(sdl), {
    enter(node) {
      const name = nameOf(node);
      if (name === null) return;
      owners.push(name);
      const described = 'description' in node && node.description?.value.trim();
      if (!described) problems.push(`schema.graphql: ${owners.join('.')} has no description`);
    },
    leave(node) {
      if (nameOf(node) !== null) owners.pop();
    },
  });
  return problems;
}

/** The name of what a schema defines; null for every other node. */
function nameOf(node: ASTNode): string | null {
  return node.kind.endsWith('Definition') && 'name' in node && node.name?.kind === 'Name' ? node.name.value : null;
}

/** The word that tells a provider's folder: `acme` of `acme-bookings`. */
function providerWords(): string[] {
  const folders = readdirSync('src/providers', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [...new Set(folders.map(({ name }) => name.split('-')[0] ?? name))];
}

if (import.meta.main) {
  const words = providerWords();
  const text = (path: string): string => readFileSync(path, 'utf8');
  const code = globSync(['src/**/*.ts', 'test/**/*.ts']).filter((path) => !path.includes('/generated/'));
  const data = globSync(['prisma/**/*.prisma', 'prisma/**/*.sql']);
  const problems = [
    ...code.flatMap((path) => problemsOfCode(path, text(path), words)),
    ...data.flatMap((path) => problemsOfData(path, text(path), words)),
    ...undescribed(text('schema.graphql')),
  ];
  for (const problem of problems) console.error(problem);
  console.log(`${code.length} files read, ${problems.length} problems`);
  process.exitCode = problems.length > 0 || code.length === 0 ? 1 : 0;
}
