import { z } from 'zod';
import type { CredentialField } from '../domain/gateway.ts';
import type { ProviderModule } from '../providers/contract.ts';

/** The fields that connecting an account of this provider takes, read off its schema. */
export function describeCredentials(module: ProviderModule): readonly CredentialField[] {
  const schema = z.toJSONSchema(module.credentials, { unrepresentable: 'any', io: 'input' });
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    description: typeof property === 'object' ? (property.description ?? '') : '',
    required: required.has(name),
    secret: module.secretFields.includes(name),
  }));
}
