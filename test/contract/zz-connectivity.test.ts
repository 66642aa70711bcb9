import { bookingcomConnectivity } from '../../src/providers/bookingcom-connectivity/index.ts';
import type { ProviderModule } from '../../src/providers/contract.ts';
import { subjectOf } from './bench.ts';
import { describeProvider } from './suite.ts';

describeProvider(await subjectOf(bookingcomConnectivity as ProviderModule));
