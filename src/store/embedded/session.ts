import type { Socket } from 'node:net';
import type { Clock } from '../../lib/clock.ts';
import { type Engine, query } from './engine.ts';
import { createFraming, type Message, message, ProtocolViolation, requestCode, text } from './framing.ts';
import { createStatements, type SharedSession } from './statements.ts';
import type { Participant, Turns } from './turns.ts';
import { createUnitReader, type Unit } from './units.ts';

/** What one connection needs of the server. */
export interface SessionDeps {
  /** Resolves once PGlite runs; connections made before wait. */
  readonly engine: Promise<Engine>;
  readonly turns: Turns;
  readonly shared: SharedSession;
  readonly clock: Clock;
}

// A client that stops inside a transaction would stop all others.
const IDLE_IN_TRANSACTION_MS = 60_000;

/** Serves one client until its socket closes, and then undoes what it left open. */
export function serveSession(socket: Socket, deps: SessionDeps): void {
  const session = createSession(socket, deps);
  const input = createInput(socket, deps, session.add);
  socket.on('data', (chunk: Buffer) => {
    try {
      input(chunk);
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      socket.end(fatal('08P01', error.message));
    }
  });
  // The cause of a broken socket is of no use here; `close` follows.
  socket.on('error', () => undefined);
  socket.on('close', session.leave);
}

/** Answers what comes before and around the units, and hands on each unit as it is complete. */
function createInput(socket: Socket, deps: SessionDeps, add: (unit: Unit) => void): (chunk: Buffer) => void {
  const framing = createFraming();
  const units = createUnitReader();
  const greet = (code: number): void => {
    if (code === requestCode.ssl || code === requestCode.gss) socket.write('N');
    // Also a cancel request: PGlite cannot be interrupted.
    else if (code >>> 16 !== 3) socket.end();
    else
      deps.engine.then(
        ({ greeting }) => socket.write(code & 0xffff ? Buffer.concat([onlyMinorZero, greeting]) : greeting),
        () => socket.destroy(),
      );
  };
  const take = (sent: Message): void => {
    if (sent.type === 'X') return void socket.end();
    const step = units.add(sent);
    if (step?.kind === 'begin-copy') socket.write(step.answer);
    if (step?.kind === 'run') add(step.unit);
  };
  return (chunk) => {
    for (const packet of framing.read(chunk)) packet.kind === 'startup' ? greet(packet.code) : take(packet);
  };
}

interface Session extends Participant {
  readonly add: (unit: Unit) => void;
  /** The client is gone: what it sent is run, what it left open is undone. */
  readonly leave: () => void;
}

function createSession(socket: Socket, deps: SessionDeps): Session {
  const statements = createStatements(deps.shared);
  const units: Unit[] = [];
  let state: 'idle' | 'transaction' | 'open-unit' = 'idle';
  let presence: 'here' | 'left' | 'cleaned' = 'here';
  let stopWatch: (() => void) | null = null;

  const cleanUp = async (engine: Engine): Promise<void> => {
    presence = 'cleaned';
    const sync = message('S').bytes;
    const undo = state === 'idle' ? [] : [sync, query('ROLLBACK')];
    const closing = statements.closing().map(({ bytes }) => bytes);
    if (undo.length > 0) deps.shared.unnamedOwner = null;
    if (undo.length + closing.length > 0) await engine.run(Buffer.concat([...undo, ...closing, sync]));
    state = 'idle';
  };
  const runUnit = async (engine: Engine, unit: Unit): Promise<void> => {
    const { messages, restored } = statements.translate(unit);
    const answer = await engine.run(Buffer.concat(messages.map(({ bytes }) => bytes)));
    state = stateAfter(unit, answer);
    const hidden = restored ? '1' : unit.copyAnswered ? 'G' : null;
    if (!socket.destroyed) socket.write(hidden ? without(answer, hidden) : answer);
  };
  const watch = (): void => {
    const evict = (): void =>
      void socket.end(fatal('25P03', 'terminating connection due to idle-in-transaction timeout'));
    stopWatch = state === 'idle' || units.length > 0 ? null : deps.clock.after(IDLE_IN_TRANSACTION_MS, evict);
  };
  const session: Session = {
    hasWork: () => units.length > 0 || presence === 'left',
    async work() {
      stopWatch?.();
      const engine = await deps.engine;
      const unit = units.shift();
      await (unit ? runUnit(engine, unit) : cleanUp(engine));
      watch();
      return state !== 'idle';
    },
    add(unit) {
      units.push(unit);
      deps.turns.wake(session);
    },
    leave() {
      presence = 'left';
      deps.turns.wake(session);
    },
  };
  return session;
}

// A unit ends with ReadyForQuery, whose last byte is I, or T or E inside a transaction.
function stateAfter(unit: Unit, answer: Buffer): 'idle' | 'transaction' | 'open-unit' {
  if (!unit.complete) return 'open-unit';
  return answer.at(-1) === 'I'.charCodeAt(0) ? 'idle' : 'transaction';
}

/** The answer without its first message of that type. */
function without(answer: Buffer, type: string): Buffer {
  for (let at = 0; at + 5 <= answer.length; ) {
    const end = at + 1 + answer.readInt32BE(at + 1);
    if (answer[at] === type.charCodeAt(0)) return Buffer.concat([answer.subarray(0, at), answer.subarray(end)]);
    at = end;
  }
  return answer;
}

// NegotiateProtocolVersion: 3.0 it is, and no protocol options.
const onlyMinorZero = message('v', Buffer.alloc(8)).bytes;

/** An error that ends the connection. */
function fatal(code: string, reason: string): Buffer {
  const fields = [`SFATAL`, 'VFATAL', `C${code}`, `M${reason}`, ''];
  return message('E', ...fields.map(text)).bytes;
}
