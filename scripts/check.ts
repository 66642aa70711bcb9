import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

interface Check {
  readonly name: string;
  readonly command: readonly string[];
}

interface Outcome {
  readonly passed: boolean;
  readonly seconds: string;
  readonly output: string;
}

const node = (...args: string[]): readonly string[] => [process.execPath, ...args];

// None of these writes, so they may run side by side.
const checks: readonly Check[] = [
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'format and lint', command: ['biome', 'check', '--error-on-warnings', '--max-diagnostics=none'] },
  { name: 'import rules', command: node('scripts/check-imports.ts') },
  { name: 'house rules', command: node('scripts/check-house.ts') },
  { name: 'schema drift', command: node('scripts/print-schema.ts', '--check') },
  { name: 'codegen drift', command: node('codegen.ts', '--check') },
  { name: 'providers drift', command: node('scripts/print-providers.ts', '--check') },
  { name: 'migration drift', command: node('scripts/check-migrations.ts') },
];

const AT_ONCE = 2;

/** Runs one check to its end. A command that cannot be started has failed. */
async function run({ command: [program = '', ...args] }: Check): Promise<Outcome> {
  const start = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } });
  const ended = new Promise<string | null>((resolve) => {
    child.once('error', ({ message }) => resolve(message));
    child.once('close', (code, signal) => resolve(code === 0 ? null : `ended with ${signal ?? code}`));
  });
  const [out, err, fault] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return {
    passed: fault === null,
    seconds: ((performance.now() - start) / 1000).toFixed(1),
    output: [out, err, fault ?? '']
      .map((part) => part.trim())
      .join('\n')
      .trim(),
  };
}

async function runAll(): Promise<boolean> {
  const waiting = [...checks];
  const failures: string[] = [];
  const worker = async (): Promise<void> => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      const { passed, seconds, output } = await run(check);
      console.log(`${check.name.padEnd(18)}${passed ? 'ok' : 'FAILED'}  ${seconds} s`);
      if (!passed) failures.push(`\n${check.name}\n${output}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  for (const failure of failures) console.error(failure);
  return failures.length === 0;
}

process.exitCode = (await runAll()) ? 0 : 1;
