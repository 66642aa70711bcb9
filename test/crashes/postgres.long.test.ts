import { describe } from 'vitest';
import { postgresUrl } from '../helpers/database.ts';
import { describeDeaths } from './suite.ts';

describe.skipIf(postgresUrl === null)('on PostgreSQL', () => describeDeaths('postgres'));
