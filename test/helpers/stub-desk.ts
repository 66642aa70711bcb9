import type { ProviderModule } from '../../src/providers/contract.ts';
import { pictureOf } from '../../src/simulator/pictures.ts';
import { ConnectAccountDocument, UploadDocument, type UploadMutation } from '../generated/operations.ts';
import { type TestApp, type TestAppOptions, testApp } from './app.ts';
import { createStub, type Stub, type StubOptions } from './stub-provider.ts';

/** A system whose one provider is a stub; nothing is connected yet. */
export async function stubDesk(options: StubOptions & { readonly app?: TestAppOptions } = {}) {
  const stub = createStub(options);
  const t = await testApp({ ...options.app, app: { providers: [stub.module as ProviderModule], ...options.app?.app } });
  return { t, stub };
}

/** Connects an account of a stub and lets its import end; what was asked by then is forgotten. */
export async function connectStub(t: TestApp, stub: Stub, key = 'one', token = t.token): Promise<string> {
  const input = { provider: stub.module.id, credentials: { key } };
  const { data, errors } = await t.gql(ConnectAccountDocument, { input }, token);
  const id = data.connectAccount?.account?.id;
  if (!id) throw new Error(`not connected: ${JSON.stringify({ data, errors })}`);
  await t.settle();
  stub.calls.length = 0;
  return id;
}

/** A small real picture. */
export const picture = (): Uint8Array<ArrayBuffer> =>
  new Uint8Array(pictureOf({ width: 8, height: 8, colour: [30, 90, 160] }));

/** A body as the GraphQL multipart request specification has it. */
export function multipart(operations: unknown, map: unknown, files: Readonly<Record<string, Blob>>): FormData {
  const form = new FormData();
  const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  if (operations !== undefined) form.append('operations', text(operations));
  if (map !== undefined) form.append('map', text(map));
  for (const [name, file] of Object.entries(files)) form.append(name, file);
  return form;
}

/** A multipart request as it is. */
export function postForm(t: TestApp, body: FormData | string, headers: Readonly<Record<string, string>> = {}) {
  const all = { authorization: `Bearer ${t.token}`, 'x-parley-client': 'test', ...headers };
  return t.app.fetch(new Request('http://parley.test/graphql', { method: 'POST', headers: all, body }));
}

/** Uploads a file for a conversation. */
export async function upload(
  t: TestApp,
  conversationId: string,
  file: File,
  token = t.token,
): Promise<UploadMutation['uploadAttachment']> {
  const variables = { input: { conversationId, file: null } };
  const operations = { query: String(UploadDocument), variables };
  const form = multipart(operations, { 0: ['variables.input.file'] }, { 0: file });
  const response = await postForm(t, form, { authorization: `Bearer ${token}` });
  const { data, errors } = (await response.json()) as { data?: UploadMutation; errors?: unknown };
  if (!data || errors) throw new Error(JSON.stringify(errors));
  return data.uploadAttachment;
}

/** A picture's file. */
export function pictureFile(name = 'map.png', type = 'image/png'): File {
  return new File([picture()], name, { type });
}
