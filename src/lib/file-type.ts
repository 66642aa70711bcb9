/** The media types that a file's content is recognised as, each with the endings its name may have, the usual one first. */
export const fileEndings = {
  'image/png': ['png'],
  'image/jpeg': ['jpg', 'jpeg', 'jpe', 'jfif'],
  'image/gif': ['gif'],
  'image/webp': ['webp'],
  'application/pdf': ['pdf'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type FileType = keyof typeof fileEndings;

// A number stands for that byte, null for any.
const beginnings: readonly (readonly [FileType, readonly (number | null)[]])[] = [
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/gif', [...letters('GIF87a')]],
  ['image/gif', [...letters('GIF89a')]],
  ['image/webp', [...letters('RIFF'), null, null, null, null, ...letters('WEBP')]],
  ['application/pdf', [...letters('%PDF-')]],
];

/** What a file is by how it begins, whatever its name or sender says; null where it is none of the known types. */
export function typeOfContent(bytes: Uint8Array): FileType | null {
  const found = beginnings.find(([, signs]) => signs.every((sign, place) => sign === null || bytes[place] === sign));
  return found?.[0] ?? null;
}

/** A media type as it is declared, without parameters and by its usual name; null where nothing is said by it. */
export function declaredType(type: string | null): string | null {
  const name = type?.split(';')[0]?.trim().toLowerCase();
  if (!name || name === 'application/octet-stream') return null;
  return name === 'image/jpg' || name === 'image/pjpeg' ? 'image/jpeg' : name;
}

/** The type that a file may be handed out as: one that browsers do not run, else null. */
export function harmlessType(type: string | null): FileType | null {
  const name = declaredType(type);
  return name !== null && Object.hasOwn(fileEndings, name) ? (name as FileType) : null;
}

function letters(text: string): readonly number[] {
  return [...text].map((letter) => letter.charCodeAt(0));
}
