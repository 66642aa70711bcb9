import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import type { Reporter } from 'vitest/node';

/** Ends a run with its counts in one plain line, and fails one in which nothing ran. */
const counts: Reporter = {
  onTestRunEnd(modules, unhandledErrors) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const having = (state: string): number => tests.filter((test) => test.result().state === state).length;
    // A file that cannot be loaded, or a hook that throws, has no failing test to be counted by.
    const broken = modules.filter(
      (module) => module.state() === 'failed' && ![...module.children.allTests('failed')].length,
    ).length;
    const passed = having('passed');
    const failed = having('failed') + broken + unhandledErrors.length;
    console.log(`\n${passed} passed, ${failed} failed`);
    if (passed + failed === 0) process.exitCode = 1;
  },
};

const LONG = 'test/**/*.long.test.ts';

// Most time of a test goes into reading the same files again: each has a process of its own, and many start servers.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('node_modules/.cache/parley/compiled', import.meta.url));

// `--mode long`: those that take minutes, for all that they wait for.
export default defineConfig(({ mode }) => ({
  // As Node itself resolves. Without it our imports of graphql and those of packages are two copies of it, graphql-jit
  // refuses the other's types, and every operation is quietly interpreted.
  ssr: { resolve: { conditions: ['node', 'module-sync'] } },
  test: {
    include: mode === 'long' ? [LONG] : ['src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: mode === 'long' ? [] : [LONG, '**/node_modules/**'],
    reporters: ['default', counts],
    // Processes rather than threads: some tests start children, listen for signals and look at memory.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
}));
