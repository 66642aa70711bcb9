/** Places at which a process can be killed, named as it comes by them. */
export interface Points {
  /** The process is here now. Does not return where it is to die here. */
  pass(name: string): void;
  /** Dies at the next passing of that point; null: nowhere. */
  arm(name: string | null): void;
  /** The names of those passed since this was last asked. */
  passed(): readonly string[];
}

/** `die` must not return. */
export function createPoints(die: () => never): Points {
  const names = new Set<string>();
  let armed: string | null = null;
  return {
    pass(name) {
      names.add(name);
      if (name === armed) die();
    },
    arm(name) {
      armed = name;
    },
    passed() {
      const all = [...names];
      names.clear();
      return all;
    },
  };
}

/** Ends this process, and others before it, as `kill -9` does: nothing is run, written or closed any more. */
export function killed(...others: readonly number[]): never {
  for (const pid of others) process.kill(pid, 'SIGKILL');
  process.kill(process.pid, 'SIGKILL');
  // The signal may take an instant, in which nothing must happen.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/**
 * The function of `src` that called, as the stack tells it now: what it is called in there, or its file where it has no name.
 * Must be asked before anything was awaited.
 */
export function callerInSource(): string {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 30;
  const { stack = '' } = new Error('who called');
  Error.stackTraceLimit = stackTraceLimit;
  for (const line of stack.split('\n')) {
    const [, path = ''] = /\/src\/([\w./-]+\.ts):\d+:\d+\)?$/.exec(line) ?? [];
    if (path === '' || path.startsWith('store/generated/')) continue;
    const [, name = ''] = /^\s+at (?:async )?(?:[\w$]+\.)*([\w$]+) \(/.exec(line) ?? [];
    return name === '' ? (path.split('/').at(-1) ?? '').replace('.ts', '') : name;
  }
  return 'somebody';
}
