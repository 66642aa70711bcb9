import type { Attack } from '../attack.ts';

const UPLOAD = 'mutation ($i: UploadAttachmentInput!) { uploadAttachment(input: $i) { errors { code } } }';
const MB = 1_000_000;
/** Nothing that a part holds: Node's parser takes a boundary without its dashes for one, too. */
const BOUNDARY = 'parley-7f3a1c';

/** Parts as they stand in a body: their name, or the whole of their headers, and what they hold. */
type Part = readonly [string, string | Buffer];

function bodyOf(parts: readonly Part[], boundary = BOUNDARY, end = `--${boundary}--\r\n`): Buffer {
  const written = parts.flatMap(([name, held]) => {
    const headers = name.includes(':') ? name : `content-disposition: form-data; name="${name}"`;
    return [Buffer.from(`--${boundary}\r\n${headers}\r\n\r\n`), Buffer.from(held), Buffer.from('\r\n')];
  });
  return Buffer.concat([...written, Buffer.from(end)]);
}

const file = (name = '0', fileName = 'a.png', type = 'image/png'): string =>
  `content-disposition: form-data; name="${name}"; filename="${fileName}"\r\ncontent-type: ${type}`;

const refused = (
  name: string,
  body: (operations: Part, map: Part) => Buffer,
  type = `multipart/form-data; boundary=${BOUNDARY}`,
): Attack => ({
  name: `multipart: ${name}`,
  expected: 'refused',
  make: ({ conversationId }) => {
    const operations = JSON.stringify({ query: UPLOAD, variables: { i: { conversationId, file: null } } });
    const whole = body(['operations', operations], ['map', '{"0":["variables.i.file"]}']);
    return { kind: 'posted', posted: { headers: { 'content-type': type, 'x-parley-client': 'test' }, body: whole } };
  },
});
/** With another map than there should be. */
const mapped = (name: string, map: string | (() => string)): Attack =>
  refused(`a map ${name}`, (operations) =>
    bodyOf([operations, ['map', typeof map === 'string' ? map : map()], [file(), 'x']]),
  );
/** With other operations than there should be. */
const operated = (name: string, operations: string): Attack =>
  refused(`operations ${name}`, (_operations, map) => bodyOf([['operations', operations], map, [file(), 'x']]));
/** With a file of that name, and those bytes. */
const sent = (name: string, fileName: string, held: string | Buffer = 'x', type = 'image/png'): Attack =>
  refused(`a file ${name}`, (operations, map) => bodyOf([operations, map, [file('0', fileName, type), held]]));

/** Files, and what should be around them. */
export const multipart: readonly Attack[] = [
  mapped('of 10,000 files', () =>
    JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [at, ['variables.i.file']]))),
  ),
  mapped('of one file 1,000 times', () =>
    JSON.stringify({ 0: Array.from({ length: 1_000 }, () => 'variables.i.file') }),
  ),
  mapped('of a file that is not there', '{"1":["variables.i.file"]}'),
  mapped('to nowhere', '{"0":["variables.i.nothing"]}'),
  mapped('to what is inherited', '{"0":["variables.__proto__.file"]}'),
  mapped('to the constructor', '{"0":["constructor.prototype.file"]}'),
  mapped('beyond the variables', '{"0":["query"]}'),
  mapped('into the file', '{"0":["variables.i.file.name"]}'),
  mapped('by a path of 10,000 steps', () => JSON.stringify({ 0: [`variables${'.i'.repeat(10_000)}`] })),
  mapped('by an empty path', '{"0":[""]}'),
  mapped('by a number', '{"0":[1]}'),
  mapped('by no list', '{"0":"variables.i.file"}'),
  mapped('that is null', 'null'),
  mapped('that is a list', '["variables.i.file"]'),
  mapped('that is no JSON', '{'),
  mapped('that is empty', ''),
  mapped('of nothing', '{}'),
  mapped('of lists 50,000 deep', () => `{"0":${'['.repeat(50_000)}${']'.repeat(50_000)}}`),
  operated('that are null', 'null'),
  operated('that are a list', `[${JSON.stringify({ query: UPLOAD, variables: { i: { file: null } } })}]`),
  operated('that are a text', '"x"'),
  operated('that are no JSON', '{'),
  operated('that are empty', ''),
  operated('without variables', JSON.stringify({ query: UPLOAD })),
  operated('of which the variables are a list', JSON.stringify({ query: UPLOAD, variables: [null] })),
  operated('that are lists 50,000 deep', '['.repeat(50_000)),
  operated('of 1.1 MB', JSON.stringify({ query: UPLOAD.padEnd(1_100_000), variables: { i: { file: null } } })),
  refused('no map', (operations) => bodyOf([operations, [file(), 'x']])),
  refused('no operations', (_operations, map) => bodyOf([map, [file(), 'x']])),
  refused('operations twice', (operations, map) => bodyOf([operations, operations, map, [file(), 'x']])),
  refused('a map twice', (operations, map) => bodyOf([operations, map, map, [file(), 'x']])),
  refused('operations that are a file', ([, text], map) =>
    bodyOf([[file('operations', 'o.json'), text], map, [file(), 'x']]),
  ),
  refused('a file that is a text', (operations, map) => bodyOf([operations, map, ['0', 'x']])),
  refused('a file twice', (operations, map) => bodyOf([operations, map, [file(), 'x'], [file(), 'y']])),
  refused('no part', () => bodyOf([])),
  refused('nothing', () => Buffer.alloc(0)),
  refused('parts without an end', (operations, map) => bodyOf([operations, map, [file(), 'x']], BOUNDARY, '')),
  refused('a part whose headers never end', () => Buffer.from(`--${BOUNDARY}\r\n${'a: b\r\n'.repeat(50_000)}`)),
  refused('a part with a header of 1 MB', (operations) =>
    bodyOf([operations, [`content-disposition: form-data; name="map"\r\na: ${'b'.repeat(MB)}`, '{}']]),
  ),
  refused('a part without a name', (operations, map) =>
    bodyOf([operations, map, ['content-disposition: form-data', 'x']]),
  ),
  refused('a part without headers', (operations, map) => bodyOf([operations, map, ['a: b', 'x']])),
  refused('20,000 empty parts', (operations) =>
    bodyOf([operations, ...Array.from({ length: 20_000 }, (_, at): Part => [`p${at}`, ''])]),
  ),
  refused('parts of another boundary', (operations, map) => bodyOf([operations, map, [file(), 'x']], 'y')),
  refused('lines that end as on Unix', (operations, map) =>
    Buffer.from(String(bodyOf([operations, map, [file(), 'x']])).replaceAll('\r', '')),
  ),
  refused('no boundary', (operations, map) => bodyOf([operations, map]), 'multipart/form-data'),
  refused('an empty boundary', (operations, map) => bodyOf([operations, map], ''), 'multipart/form-data; boundary='),
  refused(
    'a boundary of 5,000 letters',
    (operations) => bodyOf([operations], 'b'.repeat(5_000)),
    `multipart/form-data; boundary=${'b'.repeat(5_000)}`,
  ),
  refused('a boundary in half a quote', (operations) => bodyOf([operations]), 'multipart/form-data; boundary="x'),
  refused(
    'a boundary of what an expression means',
    (operations) => bodyOf([operations], '(.*)+$'),
    'multipart/form-data; boundary="(.*)+$"',
  ),
  refused('one body inside of another', (operations, map) =>
    bodyOf([
      operations,
      map,
      [
        'content-disposition: form-data; name="0"\r\ncontent-type: multipart/mixed; boundary=y',
        bodyOf([[file(), 'x']], 'y'),
      ],
    ]),
  ),
  refused('a body that says that it is packed', (operations, map) =>
    bodyOf([operations, map, [`${file()}\r\ncontent-transfer-encoding: base64`, 'eA==']]),
  ),
  refused('40 MB', (operations, map) => bodyOf([operations, map, [file(), Buffer.alloc(40 * MB)]])),
  sent('of nothing', 'a.png', ''),
  sent('with a path', '../../etc/passwd'),
  sent('with a NUL in its name', 'a\u0000.png'),
  sent('whose name turns the direction', 'a\u202egnp.exe'),
  sent('with a name of 10,000 letters', `${'a'.repeat(10_000)}.png`),
  sent('with a line in its name', 'a%0d%0aset-cookie: x=y.png'),
  sent('that is a page and says it is a picture', 'a.png', '<html><script>alert(1)</script></html>'),
  sent('that is a script in a drawing', 'a.svg', '<svg onload="alert(1)"/>', 'image/svg+xml'),
  sent('of a type that is none', 'a.png', 'x', 'x'.repeat(1_000)),
];
