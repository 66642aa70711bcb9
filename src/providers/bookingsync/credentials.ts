import { z } from 'zod';

/** What an application holds once an account's owner has let it in (API v3, "Authentication"). */
export interface BookingsyncCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
  readonly accessToken?: string | undefined;
  readonly redirectUri: string;
  readonly hostId?: string | undefined;
  readonly baseUrl: string;
}

const HOST = 'https://www.bookingsync.com';

const token = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]+$/);

/** Checked when an account is connected. */
export const bookingsyncCredentials: z.ZodType<BookingsyncCredentials> = z.strictObject({
  clientId: token.describe("The application's client id, from the partner panel."),
  clientSecret: token.describe("The application's client secret. Webhooks are signed with it too."),
  refreshToken: token.describe(
    'The refresh token of the account, as the exchange of its authorization code answered. Each use gives another one, which is kept here.',
  ),
  accessToken: token.optional().describe('The access token that came with it: used as long as it is accepted.'),
  redirectUri: token.describe('The redirect URI that the authorization was made with. Refreshing asks for it again.'),
  hostId: z
    .union([z.string().trim(), z.number().int()])
    .transform(String)
    .pipe(z.string().regex(/^[1-9]\d{0,17}$/))
    .optional()
    .describe('The host to write as, where a conversation has several of ours or none. Without it: the first one.'),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .overwrite((url) => url.replace(/\/+$/, ''))
    .default(HOST)
    .describe('What stands before `/api/v3` and `/oauth/token`, without a slash at its end.'),
});
