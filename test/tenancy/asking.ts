import { rawSocket } from '../conformance/raw-socket.ts';
import type { TestApp } from '../helpers/app.ts';
import { multipart, pictureFile, postForm } from '../helpers/stub-desk.ts';
import type { Probe } from './probes.ts';

/** Asks an operation in a caller's name; answers what came back, as it came. */
export type Ask = (probe: Probe, variables: object) => Promise<string>;

/** By POST, with a file where one must be. */
export function byPost(t: TestApp, token: string): Ask {
  return async ({ document, withFile }, variables) => {
    if (!withFile) return (await t.ask(document, variables, token)).text;
    const operations = { query: document, variables };
    const form = multipart(operations, { 0: ['variables.input.file'] }, { 0: pictureFile() });
    return (await postForm(t, form, { authorization: `Bearer ${token}` })).text();
  };
}

/** By one websocket, everything on it; what came back has no id of the operation. */
export async function byWebsocket(t: TestApp, token: string): Promise<{ readonly ask: Ask; end(): void }> {
  const { url } = await t.listen();
  const open = async () => {
    const made = await rawSocket({ url: `${url}/graphql` });
    await made.greet(token);
    return made;
  };
  let raw = await open();
  let last = 0;
  return {
    end: () => raw.socket.terminate(),
    async ask({ document }, variables) {
      last += 1;
      // A socket may say only so much in so short a time.
      if (last % 100 === 0) {
        raw.socket.terminate();
        raw = await open();
      }
      const id = `ask ${last}`;
      raw.subscribe(id, document, { variables });
      await raw.until((told) => told.some((one) => one.id === id && one.type !== 'next'));
      const told = raw.received.filter((one) => one.id === id);
      return JSON.stringify(told.map(({ type, payload }) => ({ type, payload })));
    },
  };
}
