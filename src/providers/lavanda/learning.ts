import { ProviderError } from '../../domain/errors.ts';
import type { Ask } from './asking.ts';
import { type Dialect, isUsable } from './dialect.ts';
import { PROVIDER } from './failures.ts';
import { dialectOfSchema } from './introspection.ts';
import { probeDialect } from './probing.ts';
import { introspectionQuery, readSchema, type Schema } from './schema.ts';

/** Learns how the schema spells what we need: by asking it, or where it does not tell, by trying. */
export async function learnDialect(ask: Ask): Promise<Dialect> {
  const schema = await introspect(ask);
  const told = schema && dialectOfSchema(schema);
  if (told && isUsable(told)) return told;
  const tried = await probeDialect(ask);
  if (isUsable(tried)) return tried;
  const message = 'the schema has bookings under no name that is known';
  throw new ProviderError({ provider: PROVIDER, operation: 'learn', kind: 'protocol', message });
}

/** Null where introspection is refused, in whatever way. */
async function introspect(ask: Ask): Promise<Schema | null> {
  try {
    const { data } = await ask('introspection', { query: introspectionQuery, variables: {} });
    return readSchema(data);
  } catch (error) {
    const refused = error instanceof ProviderError && ['forbidden', 'not-found', 'invalid'].includes(error.kind);
    if (refused) return null;
    throw error;
  }
}
