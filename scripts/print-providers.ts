import { readFileSync, writeFileSync } from 'node:fs';
import type { ProviderModule } from '../src/providers/contract.ts';
import { providers } from '../src/providers/registry.ts';

/*
 * `npm run providers`: writes what each provider can and cannot do into README.md, between its two marks, from the modules' own data.
 */

const FILE = 'README.md';
const [BEGIN, END] = ['<!-- providers -->', '<!-- /providers -->'];
const MINUTE_MS = 60_000;

type Row = readonly [title: string, of: (module: ProviderModule) => string];

const rows: readonly Row[] = [
  ['id', ({ id }) => `\`${id}\``],
  [
    'speaks as',
    ({ speaksAs }) => (speaksAs === 'guest' ? 'the guest: the property is the participant' : 'the property'),
  ],
  ['looked at', ({ limits }) => `every ${durationOf(limits.pullEveryMs)}`],
  ['looked at when its webhook calls', can('webhooks')],
  ['send files', ({ limits }) => filesOf(limits.attachments)],
  [
    'longest message',
    ({ limits }) => (limits.maxTextLength === null ? 'not known' : `${limits.maxTextLength} characters`),
  ],
  ['mark as read', can('markRead', 'at the provider', 'here alone')],
  ['mark as needing no reply', can('noReplyNeeded')],
  ['close and reopen', can('close')],
  ['find by booking and property', can('findConversation')],
  ['replies end', ({ limits }) => windowOf(limits.replyWindow)],
  ['requests an hour', ({ limits }) => String(limits.requestsPerHour ?? 'not counted')],
];

/** The table, a column a provider. */
export function tableOf(modules: readonly ProviderModule[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(['', ...modules.map(({ title }) => title)]),
    line(Array.from({ length: modules.length + 1 }, () => '---')),
    ...rows.map(([title, of]) => line([title, ...modules.map(of)])),
  ].join('\n');
}

function can(ability: ProviderModule['abilities'][number], yes = 'yes', no = 'no'): Row[1] {
  return ({ abilities }) => (abilities.includes(ability) ? yes : no);
}

function durationOf(ms: number): string {
  return ms < MINUTE_MS ? `${ms / 1000} s` : `${ms / MINUTE_MS} min`;
}

function filesOf(files: ProviderModule['limits']['attachments']): string {
  if (!files) return 'no';
  const kinds = files.types.map((type) => type.replace(/^.*\//, '')).join(', ');
  return `${kinds}, up to ${Math.floor(files.maxBytes / 1_000_000)} MB`;
}

function windowOf(window: ProviderModule['limits']['replyWindow']): string {
  if (!window) return 'never, as far as is known';
  const { afterCheckOut, afterTheirMessage } = window;
  const or =
    afterTheirMessage === null ? '' : `, or ${afterTheirMessage} days after the last message of the other side`;
  return `${afterCheckOut} days after check-out${or}`;
}

/** The file with the table in its place. Throws where it has no marks. */
export function withTable(text: string, table: string): string {
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${FILE} has no ${BEGIN} … ${END}`);
  return `${text.slice(0, from + BEGIN.length)}\n\n${table}\n\n${text.slice(to)}`;
}

if (import.meta.main) {
  const text = readFileSync(FILE, 'utf8');
  const wanted = withTable(text, tableOf(providers));
  if (!process.argv.includes('--check')) writeFileSync(FILE, wanted);
  else if (text !== wanted) {
    console.error(`${FILE} does not say what the providers say of themselves: npm run providers`);
    process.exitCode = 1;
  }
}
