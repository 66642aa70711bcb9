import type { Gateway } from '../domain/gateway.ts';
import type { Place } from './load.ts';

/** The gateway for one operation, which gives its place to others while it waits for a provider. */
export function steppingAside(gateway: Gateway, { aside }: Place): Gateway {
  return {
    ...gateway,
    connectAccount: (...of) => aside(() => gateway.connectAccount(...of)),
    syncAccount: (...of) => aside(() => gateway.syncAccount(...of)),
    refreshAccounts: (...of) => aside(() => gateway.refreshAccounts(...of)),
    readThreads: (...of) => aside(() => gateway.readThreads(...of)),
    markRead: (...of) => aside(() => gateway.markRead(...of)),
    setNoReplyNeeded: (...of) => aside(() => gateway.setNoReplyNeeded(...of)),
    setClosed: (...of) => aside(() => gateway.setClosed(...of)),
    findConversation: (...of) => aside(() => gateway.findConversation(...of)),
    upload: (...of) => aside(() => gateway.upload(...of)),
  };
}
