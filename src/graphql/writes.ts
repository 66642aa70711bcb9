import { feedTopic } from '../store/feed.ts';
import type { Context } from './context.ts';

/** To be called after something was written: what is read from here on shows it, and the tenant's subscribers look at once. */
export function written({ loaders, wakes, caller }: Context): void {
  loaders.forget();
  wakes.notify(feedTopic(caller.tenant.id));
}
