import type { InstalledAccount } from './simulator-application.ts';
import type { Resource } from './simulator-listing.ts';
import { type Asked, may } from './simulator-replies.ts';
import { timeText } from './simulator-times.ts';

/** One account for its own token; all that have the application for the application's. */
export const accounts: Resource<InstalledAccount> = {
  ...{ name: 'accounts', path: 'accounts', perPage: 100, synced: true, templates: {} },
  list: installed,
  find: (asked, id) => installed(asked).find((one) => one.id === id) ?? null,
  updatedAt: (_, { createdAt }) => createdAt,
  deletedSince: ({ application }, since) =>
    application.accounts().flatMap(({ id, leftAt }) => (leftAt && leftAt > since ? [id] : [])),
  show: (asked, { id, name, createdAt }) => ({
    links: {},
    ...{ id, business_name: `Holiday lets ${name}`, status: 'paying', demo: false, test: true, default_locale: 'en' },
    ...(may(asked.grant, 'inbox_read', 'inbox_write') ? { inbox_email: `${id}@inbox.example.test` } : {}),
    ...{ created_at: timeText(createdAt), updated_at: timeText(createdAt) },
  }),
};

/** Whose token this is. */
export const me: Resource<InstalledAccount> = {
  ...{ name: 'accounts_applications', path: 'me', perPage: 100, synced: false, templates: { account: 'accounts' } },
  list: installed,
  find: () => null,
  show: (_, { id }) => ({ links: { account: id }, partnership_invoice_recipient: 'account' }),
};

function installed({ application, account, grant }: Asked): readonly InstalledAccount[] {
  if (grant.kind === 'account') return [account];
  return application.accounts().filter(({ leftAt }) => leftAt === null);
}
