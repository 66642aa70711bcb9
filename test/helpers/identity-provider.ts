import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, SignJWT } from 'jose';
import type { IdentityProvider } from '../../src/domain/identity-provider.ts';
import type { Clock } from '../../src/lib/clock.ts';

/** A key of an identity provider's. */
export interface SigningKey {
  readonly alg: string;
  readonly kid: string;
  readonly privateKey: CryptoKey;
  /** As the key set has it. */
  readonly jwk: JWK;
}

/** A tenant's identity provider, with its key set on loopback. */
export interface LocalIdentityProvider {
  readonly provider: IdentityProvider;
  /** What the key set holds now. */
  keys: readonly JWK[];
  /** Answers instead of the key set, where there is one. */
  answer: ((request: IncomingMessage, response: ServerResponse) => void) | null;
  /** How often the key set was asked for. */
  readonly asked: number;
  /** Signs claims, over those of a good token: an undefined one is left out. */
  sign(key: SigningKey, claims?: object, header?: Partial<JWTHeaderParameters>): Promise<string>;
  close(): Promise<void>;
}

/** A new key. */
export async function createSigningKey(alg: string, kid: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, kid, privateKey, jwk: { ...(await exportJWK(publicKey)), alg, kid, use: 'sig' } };
}

/** Claims of good tokens name that tenant, and last for an hour of that clock. */
export async function startIdentityProvider(
  clock: Pick<Clock, 'now'>,
  tenant: string,
  keys: readonly SigningKey[],
): Promise<LocalIdentityProvider> {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    if (self.answer) return self.answer(request, response);
    response.setHeader('content-type', 'application/jwk-set+json').end(JSON.stringify({ keys: self.keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = `${url}/`;
  const self: LocalIdentityProvider = {
    provider: {
      ...{ issuer, audience: 'parley', jwksUrl: `${url}/jwks` },
      ...{ tenantClaim: 'tenant', scopesClaim: 'scope' },
    },
    keys: keys.map(({ jwk }) => jwk),
    answer: null,
    get asked() {
      return asked;
    },
    sign({ alg, kid, privateKey }, claims = {}, header = {}) {
      const now = Math.floor(clock.now().getTime() / 1_000);
      const good = { iss: issuer, aud: 'parley', sub: 'anna@example.com', iat: now, exp: now + 3_600 };
      return new SignJWT({ ...good, tenant, scope: 'openid messages:read', ...claims })
        .setProtectedHeader({ alg, kid, ...header })
        .sign(privateKey);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return self;
}
