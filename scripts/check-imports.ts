import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cruise, type ICruiseOptions, type ICruiseResult, type IViolation } from 'dependency-cruiser';
import rules from '../dependency-cruiser.config.ts';

export interface ImportReport {
  /** Files of `src` that were read. */
  readonly cruised: number;
  /** One line each; empty when all is well. */
  readonly problems: readonly string[];
}

/** Holds every file below `top`/src against the import rules, and makes sure that every one of them was read. */
export async function checkImports(top: string, options: ICruiseOptions = {}): Promise<ImportReport> {
  const { output } = await cruise(['src'], {
    ...rules.options,
    ...options,
    baseDir: top,
    validate: true,
    ruleSet: { forbidden: rules.forbidden ?? [] },
  });
  if (typeof output === 'string') throw new Error('dependency-cruiser answered with a text');
  const files = sourceFiles(top);
  return {
    cruised: output.modules.filter(({ source }) => files.includes(source)).length,
    problems: [
      ...output.summary.violations.map(inWords),
      ...notRead(top, files, output),
      ...files.flatMap((file) => valuesOfContract(top, file)),
    ],
  };
}

function sourceFiles(top: string): string[] {
  return readdirSync(join(top, 'src'), { recursive: true, encoding: 'utf8' })
    .map((file) => `src/${file}`)
    .filter((file) => file.endsWith('.ts') && !file.startsWith('src/store/generated/'));
}

function inWords({ type, rule, from, to, cycle }: IViolation): string {
  const reason = rules.forbidden?.find(({ name }) => name === rule.name)?.comment ?? rule.name;
  if (type === 'cycle') return `${from} imports itself by way of ${cycle?.map(({ name }) => name).join(', ')}`;
  return `${from} imports ${to} (${rule.name}: ${reason})`;
}

// A parser that understands nothing finds no imports, breaks no rule and reports success.
function notRead(top: string, files: readonly string[], { modules }: ICruiseResult): string[] {
  const read = new Map(modules.map(({ source, dependencies }) => [source, dependencies.length]));
  return files.flatMap((file) => {
    if (!read.has(file)) return [`${file} was not cruised`];
    const imports = /^(import|export)\b[^;]*?\bfrom '/m.test(readFileSync(join(top, file), 'utf8'));
    return imports && read.get(file) === 0 ? [`${file} has imports, and none was seen`] : [];
  });
}

// The cruiser does not tell types from values with this parser, so this row of the table is read here.
function valuesOfContract(top: string, file: string): string[] {
  if (!/^src\/(sync|graphql)\//.test(file) || file.endsWith('.test.ts')) return [];
  const statements =
    readFileSync(join(top, file), 'utf8').match(/^(import|export)\b[^;]*?providers\/contract\.ts'/gm) ?? [];
  return statements.some((statement) => !/^(import|export) type\b/.test(statement))
    ? [`${file} imports values of src/providers/contract.ts (only its types are for sync and graphql: use import type)`]
    : [];
}

if (import.meta.main) {
  const { cruised, problems } = await checkImports(process.cwd());
  for (const problem of problems) console.error(problem);
  console.log(`${cruised} files cruised, ${problems.length} problems`);
  process.exitCode = problems.length > 0 || cruised === 0 ? 1 : 0;
}
