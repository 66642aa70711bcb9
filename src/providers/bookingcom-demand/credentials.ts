import { z } from 'zod';

/** What a travel seller holds at Booking.com: one key and one affiliate id for the whole Demand API. */
export interface DemandCredentials {
  readonly token: string;
  readonly affiliateId: string;
  readonly version?: Version | undefined;
  readonly baseUrl: string;
}

const versions = ['3.1', '3.2'] as const;
type Version = (typeof versions)[number];

const HOST = 'https://demandapi.booking.com';
// The current pilot ("Migration guide v3.2, messaging"); 3.1 stays open to those who were onboarded with it.
const USUAL: Version = '3.2';

const given = z.strictObject({
  token: z
    .string()
    .trim()
    .regex(/^[\x21-\x7e]+$/)
    .describe("The API key, from the Partner Centre's Demand API settings."),
  affiliateId: z
    .union([z.string().trim(), z.number().int()])
    .transform(String)
    .pipe(z.string().regex(/^[1-9]\d{0,17}$/))
    .describe('The affiliate id (AID) that the bookings were made under: a number.'),
  version: z.enum(versions).optional().describe('The API version that the account was onboarded for. Without it: 3.2.'),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .overwrite((url) => url.replace(/\/+$/, ''))
    .optional()
    .describe('What stands before `/messages`, version included, without a slash at its end.'),
});

/** Checked when an account is connected. Without a base URL, the version says which. */
export const demandCredentials: z.ZodType<DemandCredentials> = given
  .refine(({ version, baseUrl }) => !contradict(version, baseUrl), {
    path: ['version'],
    message: 'is another than the one in baseUrl',
  })
  .transform(({ baseUrl, version, ...rest }) => ({
    ...rest,
    ...(version && { version }),
    baseUrl: baseUrl ?? `${HOST}/${version ?? USUAL}`,
  }));

function contradict(version: Version | undefined, baseUrl: string | undefined): boolean {
  const [, segment] = /\/(\d+\.\d+)$/.exec(baseUrl ?? '') ?? [];
  return version !== undefined && segment !== undefined && segment !== version;
}
