import { type LoggerOptions, pino } from 'pino';
import { type Clock, systemClock } from './clock.ts';
import { redact, redactText, type Secrets } from './redaction.ts';
import { createSecretFinder } from './secret-finder.ts';

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;

export type LogLevel = (typeof logLevels)[number];

/** Facts as fields, one sentence as the message. What is secret by name or by value is taken out, at any depth. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** Whether lines of that level are written: for those that are dear to make. */
  says(level: WrittenLevel): boolean;
  /** The same log with these fields on every line. */
  child(fields: object): Log;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** Where lines go, each with its line end; standard output by default. */
  readonly destination?: { write(line: string): void };
  /** Secret values that are known, at each line those of that moment. */
  readonly secrets?: Secrets;
  readonly clock?: Clock;
}

type WrittenLevel = Exclude<LogLevel, 'silent'>;
type Write = (level: WrittenLevel, fields: object, message: string) => void;

/** A log of one JSON object a line. */
export function createLog({
  level,
  destination,
  secrets = createSecretFinder(),
  clock = systemClock,
}: LogOptions): Log {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: () => `,"time":"${clock.now().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    // Errors are data by the time pino sees them.
    serializers: { err: (error) => error },
    hooks: { streamWrite: (line) => escapeControls(bounded(line)) },
  };
  const sink = destination ? pino(options, destination) : pino(options);
  const says = (at: WrittenLevel): boolean => sink.isLevelEnabled(at);
  return withFields({}, says, (at, fields, message) => {
    if (!says(at)) return;
    sink[at](withoutReserved(redact(fields, secrets)), redactText(message, secrets));
  });
}

/** Says nothing. */
export const silentLog: Log = withFields(
  {},
  () => false,
  () => undefined,
);

function withFields(bound: object, says: Log['says'], write: Write): Log {
  // Spreading an error would lose its message and stack.
  const merge = (fields: object): object => ({ ...bound, ...(fields instanceof Error ? { err: fields } : fields) });
  return {
    debug: (fields, message) => write('debug', merge(fields), message),
    info: (fields, message) => write('info', merge(fields), message),
    warn: (fields, message) => write('warn', merge(fields), message),
    error: (fields, message) => write('error', merge(fields), message),
    says,
    child: (fields) => withFields(merge(fields), says, write),
  };
}

const reserved = new Set(['level', 'time', 'msg']);

/** A second `level` in the line would win over the real one. */
function withoutReserved(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [reserved.has(name) ? `${name}_` : name, value]),
  );
}

const LONGEST_LINE = 16_384;
const LONGEST_PART = 200;
const MOST_PARTS = 40;

/** A line that is too long keeps its plain fields, cut, and says how long it was. */
function bounded(line: string): string {
  if (line.length <= LONGEST_LINE) return line;
  const fields = Object.entries(JSON.parse(line) as Record<string, unknown>).flatMap(([name, value]) => {
    if (typeof value === 'string') return [[name.slice(0, LONGEST_PART), value.slice(0, LONGEST_PART)]];
    return typeof value === 'object' ? [] : [[name.slice(0, LONGEST_PART), value]];
  });
  // What says what it is comes last in a line.
  const kept = [...fields.slice(0, MOST_PARTS), ...fields.slice(MOST_PARTS).slice(-1)];
  return `${JSON.stringify({ ...Object.fromEntries(kept), cutFrom: line.length })}\n`;
}

// JSON leaves these as they are, yet viewers take some for line ends, terminal commands or a change of direction.
const controls = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

function escapeControls(line: string): string {
  return line.replace(controls, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
