import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import { badInput } from './errors.ts';

declare global {
  // biome-ignore lint/style/noNamespace: Pothos learns of its plugins this way.
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      textArguments: TextArgumentsPlugin<Types>;
    }
  }
}

/** Refuses text that PostgreSQL cannot hold, wherever it stands in a field's arguments, before any resolver sees it. */
export class TextArgumentsPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(field: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    if (Object.keys(field.args).length === 0) return field;
    const check = (args: Record<string, unknown>): Record<string, unknown> => {
      checkText(args);
      return args;
    };
    return { ...field, argMappers: [...field.argMappers, check] };
  }
}

SchemaBuilder.registerPlugin('textArguments', TextArgumentsPlugin);

/** JSON inside JSON. What is deeper says nothing that we could use, and would use up the stack. */
const DEEPEST = 100;

/**
 * Throws BAD_USER_INPUT for a NUL character or half a surrogate pair anywhere in arguments or JSON, names of fields included, and for
 * JSON that is too deep.
 */
export function checkText(value: unknown, path: readonly string[] = []): void {
  if (typeof value === 'string') checkString(value, path);
  if (typeof value !== 'object' || value === null) return;
  if (path.length > DEEPEST) throw badInput(`${path[0]} is more than ${DEEPEST} levels deep.`);
  for (const [name, inner] of Object.entries(value)) {
    checkString(name, path);
    checkText(inner, [...path, name]);
  }
}

function checkString(text: string, path: readonly string[]): void {
  if (!text.includes('\0') && text.isWellFormed()) return;
  throw badInput(`${path.join('.') || 'The text'} holds a NUL character or half of a surrogate pair.`);
}
