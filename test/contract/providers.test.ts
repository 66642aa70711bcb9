import { providers } from '../../src/providers/registry.ts';
import { subjectOf } from './bench.ts';
import { describeProvider } from './suite.ts';

/*
 * What src/providers/contract.ts promises, held to by every provider of the registry against its own simulator. There is nothing
 * to add here for a new one.
 */

for (const module of providers) describeProvider(await subjectOf(module));
