import { clientError } from './errors.ts';
import { bytesOf, MAX_BODY, type Params, parsed } from './request-body.ts';

/**
 * The parameters of an operation that comes with a file, as the GraphQL multipart request specification has it: `operations`, `map`, and
 * the file. One file at one place of the variables; that is what `uploadAttachment` takes, and what a body is measured by.
 * Throws BAD_USER_INPUT with its HTTP status: 400, or 413 for a body of more than `limit` bytes.
 */
export async function readMultipart(request: Request, limit: number): Promise<Params> {
  const bytes = await bytesOf(request, limit);
  const form = await formOf(bytes, request.headers.get('content-type') ?? '');
  const operations = objectIn(form, 'operations');
  const places = Object.entries(objectIn(form, 'map'));
  if (places.length > 1) throw wrong('The map names more than one file. Send one file a request.');
  for (const [name, paths] of places) place(operations, onlyPath(paths), fileIn(form, name));
  return operations;
}

/** Read by the platform's own parser, whatever the request came by. */
async function formOf(bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<FormData> {
  try {
    return await new Response(bytes, { headers: { 'content-type': contentType } }).formData();
  } catch {
    throw wrong('The body is not multipart/form-data.');
  }
}

function objectIn(form: FormData, name: string): Record<string, unknown> {
  const [text, ...more] = form.getAll(name);
  if (typeof text !== 'string' || more.length > 0) throw wrong(`The body needs one part ${name}, a JSON text.`);
  if (text.length > MAX_BODY) throw wrong(`The part ${name} is larger than ${MAX_BODY} bytes.`, 413);
  const value: unknown = parsed(text, `The part ${name}`);
  if (!isObject(value)) throw wrong(`The part ${name} is not a JSON object.`);
  return value;
}

function onlyPath(paths: unknown): readonly string[] {
  const [path, ...more] = Array.isArray(paths) ? (paths as unknown[]) : [];
  if (typeof path !== 'string' || more.length > 0)
    throw wrong('Each entry of the map is a list with one path, such as variables.input.file.');
  return path.split('.');
}

function fileIn(form: FormData, name: string): File {
  const [file, ...more] = form.getAll(name);
  if (file === undefined || typeof file === 'string' || more.length > 0)
    throw wrong(`The map names a part ${name.slice(0, 100)} that is not one file.`);
  return file;
}

/** Puts the file where the path leads: to a null in the variables. Only what the JSON itself holds is walked. */
function place(operations: Record<string, unknown>, path: readonly string[], file: File): void {
  let holder: unknown = operations;
  for (const step of path.slice(0, -1)) holder = isHolder(holder) && Object.hasOwn(holder, step) ? holder[step] : null;
  const last = path.at(-1) ?? '';
  const isPlace = path[0] === 'variables' && isHolder(holder) && Object.hasOwn(holder, last) && holder[last] === null;
  if (!isPlace) throw wrong('A path of the map leads to no null in the variables.');
  (holder as Record<string, unknown>)[last] = file;
}

function isHolder(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return isHolder(value) && !Array.isArray(value);
}

function wrong(message: string, status = 400): Error {
  return clientError('BAD_USER_INPUT', message, { http: { status } });
}
