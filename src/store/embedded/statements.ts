import { type Message, message, readText, text } from './framing.ts';
import type { Unit } from './units.ts';

/** What is shared by all connections, since PGlite has one session. */
export interface SharedSession {
  /** Whose unnamed statement the session holds. */
  unnamedOwner: object | null;
  /** Numbers the named statements of all connections. */
  statementCount: number;
}

/** One connection's prepared statements, kept apart from those of the others. */
export interface Statements {
  /** The unit in the session's names. `restored` tells that a Parse of ours leads it, whose answer the client must not see. */
  translate(unit: Unit): { readonly messages: readonly Message[]; readonly restored: boolean };
  /** What closes all of them. */
  closing(): readonly Message[];
}

/**
 * Names are replaced by numbers of ours, so that two connections may use the same one. The unnamed statement, which any
 * connection may have replaced since, is parsed again when a unit uses it without parsing it.
 */
export function createStatements(shared: SharedSession): Statements {
  const owner = {};
  const names = new Map<string, string>();
  let unnamed: Message | null = null;

  const rename = (name: string): string => {
    if (name === '') return '';
    const known = names.get(name) ?? `parley_${++shared.statementCount}`;
    names.set(name, known);
    return known;
  };
  const remember = (unit: Unit): void => {
    for (const sent of unit.messages) {
      if (sent.type === 'P' && readText(sent.bytes, 5).value === '') {
        unnamed = sent;
        shared.unnamedOwner = owner;
      }
      // A simple query ends the unnamed statement (PostgreSQL, "Extended Query Overview").
      if (sent.type === 'Q') {
        unnamed = null;
        shared.unnamedOwner = null;
      }
    }
  };
  return {
    translate(unit) {
      const restored = shared.unnamedOwner !== owner && unnamed !== null && usesOldUnnamed(unit);
      const before = restored && unnamed ? [unnamed] : [];
      if (restored) shared.unnamedOwner = owner;
      remember(unit);
      const messages = unit.messages.map((sent) => translateMessage(sent, rename));
      for (const name of closedNames(unit)) names.delete(name);
      return { messages: [...before, ...messages], restored };
    },
    closing: () => [...names.values()].map((name) => message('C', Buffer.from('S'), text(name))),
  };
}

function translateMessage(sent: Message, rename: (name: string) => string): Message {
  const { type, bytes } = sent;
  if (type === 'P') return renamed(sent, 5, rename);
  if (type === 'B') return renamed(sent, readText(bytes, 5).end, rename);
  if (aboutStatement(sent)) return renamed(sent, 6, rename);
  return sent;
}

function renamed(sent: Message, at: number, rename: (name: string) => string): Message {
  const name = readText(sent.bytes, at);
  if (name.value === '') return sent;
  return message(sent.type, sent.bytes.subarray(5, at), text(rename(name.value)), sent.bytes.subarray(name.end));
}

function usesOldUnnamed(unit: Unit): boolean {
  for (const sent of unit.messages) {
    if (sent.type === 'P' && readText(sent.bytes, 5).value === '') return false;
    if (sent.type === 'B' && readText(sent.bytes, readText(sent.bytes, 5).end).value === '') return true;
    if (sent.type === 'D' && aboutStatement(sent) && readText(sent.bytes, 6).value === '') return true;
  }
  return false;
}

function closedNames(unit: Unit): readonly string[] {
  return unit.messages
    .filter((sent) => sent.type === 'C' && aboutStatement(sent))
    .map((sent) => readText(sent.bytes, 6).value);
}

// Describe and Close name a statement ('S') or a portal ('P').
function aboutStatement(sent: Message): boolean {
  return (sent.type === 'D' || sent.type === 'C') && sent.bytes[5] === 'S'.charCodeAt(0);
}
