import { z } from 'zod';
import type { IdentityProvider } from './domain/identity-provider.ts';

/** Whose JWTs are taken beside our own tokens; null: nobody's. */
export type IdentityConfig = IdentityProvider | null;

export const identityVariables = [
  {
    name: 'PARLEY_JWT_ISSUER',
    default: null,
    meaning: 'Issuer (`iss`) of the identity provider whose JWTs are taken beside API tokens; without it none are',
  },
  { name: 'PARLEY_JWT_AUDIENCE', default: null, meaning: 'Audience (`aud`) that JWTs must be for' },
  {
    name: 'PARLEY_JWT_JWKS_URL',
    default: null,
    meaning:
      'URL of the identity provider’s public keys, a JSON Web Key Set; https, unless PARLEY_ALLOW_PRIVATE_HOSTS is on',
  },
  { name: 'PARLEY_JWT_TENANT_CLAIM', default: 'tenant', meaning: 'Claim of JWTs that names the tenant' },
  {
    name: 'PARLEY_JWT_SCOPES_CLAIM',
    default: 'scope',
    meaning: 'Claim of JWTs that says what they allow: a list, or words with spaces between',
  },
] as const;

const text = z.string().nullable();

/** As the environment's other variables. */
export const identityEnvironment = {
  PARLEY_JWT_ISSUER: text,
  PARLEY_JWT_AUDIENCE: text,
  PARLEY_JWT_JWKS_URL: z
    .string()
    .refine((url) => isWebUrl(url), 'must be an https URL without a user, such as https://login.example.com/jwks.json')
    .nullable(),
  PARLEY_JWT_TENANT_CLAIM: z.string(),
  PARLEY_JWT_SCOPES_CLAIM: z.string(),
};

const together = ['PARLEY_JWT_ISSUER', 'PARLEY_JWT_AUDIENCE', 'PARLEY_JWT_JWKS_URL'] as const;

/** What is wrong with them together. */
export function identityFaults(
  given: Readonly<Record<string, string | null>>,
): readonly { readonly variable: string; readonly problem: string }[] {
  const missing = together.filter((name) => !given[name]);
  if (missing.length === together.length) return [];
  const open = given['PARLEY_JWT_JWKS_URL']?.startsWith('http:') && given['PARLEY_ALLOW_PRIVATE_HOSTS'] !== 'on';
  const problem = 'must be https: whoever can change the keys on their way can sign';
  return [
    ...missing.map((variable) => ({ variable, problem: 'is required with the other PARLEY_JWT_ variables' })),
    ...(open ? [{ variable: 'PARLEY_JWT_JWKS_URL', problem }] : []),
  ];
}

/** As they are grouped. */
export function identityOf(env: z.infer<z.ZodObject<typeof identityEnvironment>>): IdentityConfig {
  const { PARLEY_JWT_ISSUER: issuer, PARLEY_JWT_AUDIENCE: audience, PARLEY_JWT_JWKS_URL: jwksUrl } = env;
  if (issuer === null || audience === null || jwksUrl === null) return null;
  const { PARLEY_JWT_TENANT_CLAIM: tenantClaim, PARLEY_JWT_SCOPES_CLAIM: scopesClaim } = env;
  return { issuer, audience, jwksUrl, tenantClaim, scopesClaim };
}

function isWebUrl(given: string): boolean {
  const url = URL.parse(given);
  return url !== null && /^https?:$/.test(url.protocol) && !url.username && !url.password;
}
