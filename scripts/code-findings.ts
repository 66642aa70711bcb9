import { parseSync } from '@swc/core';

/** Something in a file that a rule may refuse. */
export interface Finding {
  readonly line: number;
  readonly text: string;
}

export interface CodeFindings {
  /** `new Date()` and `Date()`: the time taken from the machine. */
  readonly clock: readonly Finding[];
  /** `vi.mock()` and its kin. */
  readonly mocks: readonly Finding[];
  readonly todos: readonly Finding[];
  /** `import('./a.ts').B`: a type taken where the import rules do not look. */
  readonly passingTypes: readonly Finding[];
  /** Where one of the words is in a name or a text. Comments and descriptions are free. */
  readonly names: readonly Finding[];
}

type Node = Readonly<Record<string, unknown>>;

/** Looks through TypeScript. `words` are in lower case. */
export function findInCode(code: string, words: readonly string[]): CodeFindings {
  const none = (): Finding[] => [];
  const found = { clock: none(), mocks: none(), todos: none(), passingTypes: none(), names: none() };
  walk(code, (node, lineOf) => {
    const note = (list: Finding[], text: string): void => {
      list.push({ line: lineOf(), text });
    };
    const callee = node['type'] === 'CallExpression' ? spelled(node['callee']) : '';
    if (isNow(node)) note(found.clock, 'Date');
    if (/^vi\.(mock|doMock|hoisted)$/.test(callee)) note(found.mocks, callee);
    if (/^(it|test|describe)\.todo$/.test(callee)) note(found.todos, callee);
    if (node['type'] === 'TsImportType') note(found.passingTypes, 'import()');
    const said = textOf(node).toLowerCase().replaceAll('.', '');
    for (const text of words.filter((word) => said.includes(word))) note(found.names, text);
  });
  return found;
}

// The parser counts bytes from the first token of the first file that it ever saw: a leading `;` shows where this one starts.
function walk(code: string, see: (node: Node, lineOf: () => number) => void): void {
  const bytes = Buffer.from(code);
  const { body } = parseSync(`;${code}`, { syntax: 'typescript', target: 'es2024' });
  const start = (body[0]?.span.start ?? 0) + 1;
  const lineOf = (offset: number): number =>
    bytes
      .subarray(0, offset - start)
      .toString()
      .split('\n').length;

  const visit = (value: unknown, offset: number): void => {
    if (Array.isArray(value)) for (const item of value) visit(item, offset);
    if (!isNode(value) || isDescription(value)) return;
    const span = value['span'];
    const at = isNode(span) && typeof span['start'] === 'number' ? span['start'] : offset;
    if (typeof value['type'] === 'string') see(value, () => lineOf(at));
    for (const [key, part] of Object.entries(value)) if (key !== 'span') visit(part, at);
  };
  visit(body, start);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `description: …` of an object, and what `.describe(…)` is given. */
function isDescription(node: Node): boolean {
  if (node['type'] === 'KeyValueProperty') return /^(description|deprecationReason)$/.test(spelled(node['key']));
  return node['type'] === 'CallExpression' && spelled(node['callee']).endsWith('.describe');
}

function isNow(node: Node): boolean {
  const takesNothing = !Array.isArray(node['arguments']) || node['arguments'].length === 0;
  const calls = node['type'] === 'NewExpression' || node['type'] === 'CallExpression';
  return calls && takesNothing && spelled(node['callee']) === 'Date';
}

/** `a` or `a.b`; of a longer chain its last two names. */
function spelled(node: unknown): string {
  if (!isNode(node)) return '';
  if (node['type'] === 'MemberExpression')
    return `${spelled(node['object']).split('.').at(-1)}.${spelled(node['property'])}`;
  return typeof node['value'] === 'string' ? node['value'] : '';
}

function textOf(node: Node): string {
  if (node['type'] === 'TemplateElement') return String(node['raw']);
  const says = node['type'] === 'Identifier' || node['type'] === 'StringLiteral';
  return says && typeof node['value'] === 'string' ? node['value'] : '';
}
