import { defineConfig } from 'prisma/config';

// Prisma's commands want an engine that they would download. Those that we use (generate, validate, format) only look whether
// the file is there; migrations go through its WebAssembly build (src/store/schema-engine.ts).
process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= process.execPath;

export default defineConfig({ schema: 'prisma/schema.prisma', migrations: { path: 'prisma/migrations' } });
