import type { Attack, Heard } from './attack.ts';

/** Codes of refusals that are meant for callers; `INTERNAL_SERVER_ERROR` is none. */
const codes: ReadonlySet<unknown> = new Set([
  ...['UNAUTHENTICATED', 'IDENTITY_UNAVAILABLE', 'FORBIDDEN', 'BAD_USER_INPUT', 'NOT_FOUND'],
  ...['COST_EXCEEDED', 'RATE_LIMITED', 'RESYNC_REQUIRED', 'PROVIDER_FAILED'],
]);

/** Words of our inside. What attacks bring themselves, and may be told again, has none of them. */
const insides: Readonly<Record<string, RegExp>> = {
  'a stack': /(\\n|\n)\s{2,}at\s|\bat \S+ \(?(file:|node:|\/)/,
  'a path of a file': /node_modules|file:\/\/\/(?!etc\/passwd)|\/(home|tmp|work|usr|root|src)\/\w+|\.[mc]?[jt]s:\d+/,
  SQL: /\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b.{1,400}\b(FROM|VALUES|SET|WHERE)\b|syntax error at or near|invalid input syntax|violates [\w ]+ constraint|relation "|invalid byte sequence|\b(22P0\d|235\d\d|42P0\d)\b/s,
  Prisma: /prisma|\bP20\d\d\b/i,
  'a masked fault': /INTERNAL_SERVER_ERROR|Unexpected error|Internal Server Error/i,
  'a fault of the language':
    /\b(TypeError|RangeError|ReferenceError|Cannot read propert|is not a function|Maximum call stack)/,
};

/** How long an answer may take, on a machine that others use as well. */
export const ANSWER_WITHIN_MS = 2_000;

/** Close codes by which a server says that it broke. */
const broken: ReadonlySet<number> = new Set([1011, 4500]);

/** What is wrong with that answer to that attack; empty where nothing is. */
export function judge({ expected }: Pick<Attack, 'expected'>, heard: Heard): readonly string[] {
  const { statuses, closed, text, answers, ended, ms } = heard;
  const problems = [
    ...statuses.filter((status) => status >= 500 && !(status === 503 && /retry-after/i.test(text))).map(String),
    ...(closed !== null && broken.has(closed) ? [`closed with ${closed}`] : []),
    ...Object.entries(insides).flatMap(([what, words]) => (words.test(text) ? [`told ${what}`] : [])),
    ...answers.flatMap(errorsOf).flatMap((error) => problemOf(error) ?? []),
    ...(ended && ms <= ANSWER_WITHIN_MS ? [] : [`${ended ? 'answered' : 'not answered'} after ${Math.round(ms)} ms`]),
    ...(statuses.length === 0 && closed === null && answers.length === 0 && !heard.cut ? ['nothing came'] : []),
    ...(expected === 'refused' && !isRefused(heard) ? ['not refused'] : []),
  ];
  return problems.map((problem) => `${heard.way}: ${problem}: ${text.slice(0, 300)}`);
}

/** GraphQL's errors in an answer: of a result, or of a websocket's message `error`. */
function errorsOf(answer: unknown): readonly unknown[] {
  if (Array.isArray(answer)) return answer;
  const errors = isObject(answer) ? answer['errors'] : undefined;
  return Array.isArray(errors) ? errors : [];
}

function problemOf(error: unknown): string | null {
  const extensions = isObject(error) ? error['extensions'] : undefined;
  const code = isObject(extensions) ? extensions['code'] : undefined;
  return codes.has(code) ? null : `an error with the code ${String(code)}`;
}

function isRefused({ statuses, closed, answers, cut }: Heard): boolean {
  const last = statuses.at(-1) ?? 0;
  return (
    last >= 300 ||
    closed !== null ||
    cut ||
    answers.some((answer) => errorsOf(answer).length > 0 || hasRefusals(answer))
  );
}

/** Whether a mutation says, somewhere in its payload, why it did nothing. */
function hasRefusals(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { errors } = value;
  return (Array.isArray(errors) && errors.length > 0) || Object.values(value).some(hasRefusals);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
