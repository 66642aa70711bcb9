import { z } from 'zod';

/** The standard Connectivity hosts; there is no other for tests. */
const REAL_BASE_URL = 'https://supply-xml.booking.com/messaging';
const REAL_AUTH_BASE_URL = 'https://connectivity-authentication.booking.com';

export const versions = ['1.0', '1.1', '1.2', '1.3'] as const;

/** The client that Booking.com's notification service is, at our token endpoint. */
export interface WebhookClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A machine account: what its owner was shown when it was made, and the properties attached to it. */
export interface ConnectivityCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly propertyIds: readonly string[];
  readonly version?: (typeof versions)[number] | undefined;
  readonly webhook?: WebhookClient | undefined;
  readonly baseUrl: string;
  readonly authBaseUrl?: string | undefined;
}

const word = z.string().trim().min(1);

const address = z.url({ protocol: /^https?$/ }).overwrite((url) => url.replace(/\/+$/, ''));

/** Checked when an account is connected. */
export const connectivityCredentials: z.ZodType<ConnectivityCredentials> = z.strictObject({
  clientId: word.describe(
    "The machine account's client id. Staging and production each need a machine account of their own.",
  ),
  clientSecret: word.describe('The client secret, shown once when the machine account is created.'),
  propertyIds: z
    .array(word.regex(/^\d+$/))
    .min(1)
    .describe('Ids of the properties attached to the machine account: the API has no list of them.'),
  version: z.enum(versions).optional().describe('The version of the messaging API, `1.0` to `1.3`. Without it: `1.2`.'),
  webhook: z
    .strictObject({
      clientId: word.describe('The client id that the notification service was given for our token endpoint.'),
      clientSecret: word.min(16).describe('The client secret that belongs to it, at least 16 characters.'),
    })
    .optional()
    .describe(
      'The client credentials registered for the notification service. Without them notifications for this account are refused.',
    ),
  baseUrl: address.default(REAL_BASE_URL).describe('What stands before `/messages` and `/properties`.'),
  authBaseUrl: address
    .optional()
    .describe(
      'What stands before `/token-based-authentication/exchange`. Without it: the real host, or `baseUrl` where that is another host.',
    ),
});

/** Where tokens are exchanged. A host that plays Booking.com plays both, so secrets never leave it for the real one. */
export function authBaseUrlOf({ baseUrl, authBaseUrl }: ConnectivityCredentials): string {
  return authBaseUrl ?? (baseUrl === REAL_BASE_URL ? REAL_AUTH_BASE_URL : baseUrl);
}
