// Prisma only asks whether the engine's file is there; generating does not run it.
process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= process.execPath;

export default { schema: 'schema.prisma' };
