import { type FileType, fileEndings } from './file-type.ts';

const LONGEST = 255;

/**
 * A file's name fit to be stored and to be saved under: the last part of a path, without invisible characters (those that turn the
 * direction of writing make `gpj.exe` look like `exe.jpg`), at most 255 characters. Where the type is known the name ends as it should.
 */
export function fileName(given: string | null, type: FileType | null): string {
  const last = (given ?? '').toWellFormed().split(/[/\\]/).at(-1) ?? '';
  const shown = last
    .replace(/[\t\n\r\v\f\u2028\u2029]/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\ufffd]/gu, '')
    .normalize('NFC')
    .replace(/\p{Zs}+/gu, ' ')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/^[. ]+|[. ]+$/g, '');
  const { stem, ending } = parted(shown || 'file');
  if (type === null) return `${cut(stem, LONGEST - ending.length)}${ending}`;
  const right = (fileEndings[type] as readonly string[]).includes(ending.slice(1).toLowerCase());
  const [whole, end] = right ? [stem, ending] : [`${stem}${ending}`, `.${fileEndings[type][0]}`];
  return `${cut(whole, LONGEST - end.length)}${end}`;
}

/** The name before its ending, and the ending with its dot. What is too long for an ending is none. */
function parted(name: string): { stem: string; ending: string } {
  const ending = /(?<=.)\.[^.]{1,16}$/su.exec(name)?.[0] ?? '';
  return { stem: name.slice(0, name.length - ending.length), ending };
}

/** The beginning of a text, at most so long, without half a character at its end. */
function cut(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 && text.length > length ? length - 1 : length);
}
