import { isIP } from 'node:net';
import { z } from 'zod';

/** Answers undefined where the text is wrong. */
export type Parse<T> = (text: string) => T | undefined;

/** A variable that holds what `parse` reads; `problem` follows its name where the text is wrong. */
export function variable<T>(parse: Parse<T>, problem: string): z.ZodPipe<z.ZodString, z.ZodTransform<T, string>> {
  return z.string().transform((text, context): T => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: problem });
    return z.NEVER;
  });
}

/** A whole number between, both ends included. */
export function integer(least: number, most: number): Parse<number> {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? value : undefined;
  };
}

/** An IP address or a host name. */
export function host(text: string): string | undefined {
  return isIP(text) > 0 || /^[\w.-]+$/.test(text) ? text : undefined;
}

/** An http or https address without user information; null where the text is none. */
export function webUrl(text: string): URL | null {
  const url = URL.parse(text);
  return url && /^https?:$/.test(url.protocol) && !url.username && !url.password ? url : null;
}

/** Several, with commas between. */
export function list<T>(parse: Parse<T>): Parse<readonly T[]> {
  return (text) => {
    const items = text.split(',').flatMap((part) => (part.trim() === '' ? [] : [parse(part.trim())]));
    const right = items.filter((item) => item !== undefined);
    return right.length === items.length ? right : undefined;
  };
}
