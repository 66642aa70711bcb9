import { z } from 'zod';

/** What Lavanda's customer-success team hands out, and what narrows or secures its use. */
export interface LavandaCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly workspaceIds?: readonly string[] | undefined;
  readonly webhookSecret?: string | undefined;
  readonly baseUrl: string;
}

/** Checked when an account is connected. */
export const lavandaCredentials: z.ZodType<LavandaCredentials> = z.strictObject({
  clientId: z.string().trim().min(1).describe("The client id, from Lavanda's customer-success team."),
  clientSecret: z.string().trim().min(1).describe('The client secret that belongs to the client id.'),
  workspaceIds: z
    .array(z.string().trim().min(1))
    .min(1)
    .optional()
    .describe('Ids of the workspaces to read. Without it: all that the client sees, but churned and demo ones.'),
  webhookSecret: z
    .string()
    .regex(/^(whsec_)?[A-Za-z0-9+/]{4,}={0,2}$/)
    .optional()
    .describe(
      'The signing secret of the webhook endpoint, `whsec_…`. Without it webhooks for this account are refused.',
    ),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .overwrite((url) => url.replace(/\/+$/, ''))
    .default('https://platapi.lavanda.app')
    .describe('What stands before `/v1`, without a slash at its end.'),
});
