import { bookingcomConnectivity } from './bookingcom-connectivity/index.ts';
import { bookingcomDemand } from './bookingcom-demand/index.ts';
import { bookingsync } from './bookingsync/index.ts';
import type { ProviderModule } from './contract.ts';
import { lavanda } from './lavanda/index.ts';

/** Every provider there is: one line each. */
export const providers: readonly ProviderModule[] = [
  lavanda as ProviderModule,
  bookingcomConnectivity as ProviderModule,
  bookingcomDemand as ProviderModule,
  bookingsync as ProviderModule,
];
