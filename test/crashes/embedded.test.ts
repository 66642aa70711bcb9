import { describeDeaths } from './suite.ts';

describeDeaths('embedded');
