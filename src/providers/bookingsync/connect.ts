import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { ProviderError } from '../../domain/errors.ts';
import { systemClock } from '../../lib/clock.ts';
import { authorizeUrl, codeIn, exchangeCode } from './authorizing.ts';

/*
 * `npm run connect:bookingsync`: walks a person through letting an application in, and prints the credentials for connectAccount.
 * Questions go to standard error and the credentials to standard output, so that these can be piped on.
 */

const usage = `usage: npm run --silent connect:bookingsync -- [--client-id ID] [--redirect-uri URI] [--base-url URL]
The client secret is asked for, so that it does not stay in the shell's history.`;

const OUT_OF_BAND = 'urn:ietf:wg:oauth:2.0:oob';

const { values } = parseArgs({
  options: {
    'client-id': { type: 'string' },
    'redirect-uri': { type: 'string' },
    'base-url': { type: 'string', default: 'https://www.bookingsync.com' },
    help: { type: 'boolean', default: false },
  },
});

const say = (text: string): boolean => process.stderr.write(`${text}\n`);
const lines = createInterface({ input: process.stdin });
const given = lines[Symbol.asyncIterator]();

async function ask(question: string, otherwise?: string): Promise<string> {
  process.stderr.write(otherwise === undefined ? `${question}: ` : `${question} [${otherwise}]: `);
  const { value, done } = await given.next();
  const answer = done ? '' : String(value).trim();
  if (answer !== '') return answer;
  if (otherwise !== undefined) return otherwise;
  throw new RangeError(`${question} is needed`);
}

async function connect(): Promise<void> {
  const application = {
    clientId: values['client-id'] ?? (await ask("The application's client id")),
    clientSecret: await ask("The application's client secret"),
    redirectUri: values['redirect-uri'] ?? (await ask('Its redirect URI', OUT_OF_BAND)),
    baseUrl: values['base-url'].replace(/\/+$/, ''),
  };
  const state = crypto.randomUUID();
  say("\nLet the account's owner open this address in a browser, and say yes there:\n");
  say(`  ${authorizeUrl(application, state)}\n`);
  const code = codeIn(await ask('The code that is shown then, or the address that the browser was sent to'), state);
  if (code === null) throw new RangeError('that address holds no code of this request');
  const { fetch } = globalThis;
  const { baseUrl, ...credentials } = await exchangeCode(application, code, { fetch, now: () => systemClock.now() });
  const named = baseUrl === 'https://www.bookingsync.com' ? credentials : { ...credentials, baseUrl };
  say('\nThese are the credentials. Give them to connectAccount within the two hours in which the access token lives,');
  say('and keep them secret: { provider: "bookingsync", credentials: … }\n');
  process.stdout.write(`${JSON.stringify(named, null, 2)}\n`);
}

if (values.help) say(usage);
else {
  try {
    await connect();
  } catch (error) {
    if (!(error instanceof ProviderError) && !(error instanceof RangeError)) throw error;
    say(error.message);
    process.exitCode = 1;
  } finally {
    lines.close();
  }
}
