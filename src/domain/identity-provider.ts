/** Who signs the JWTs that callers may bring instead of one of our own tokens. */
export interface IdentityProvider {
  /** What `iss` must be, to the letter. */
  readonly issuer: string;
  /** What `aud` must be, or hold. */
  readonly audience: string;
  /** Where its public keys are, as a JSON Web Key Set. */
  readonly jwksUrl: string;
  /** The claim that names the tenant. */
  readonly tenantClaim: string;
  /** The claim that says what the caller may do: a list, or one text with spaces between. */
  readonly scopesClaim: string;
}
