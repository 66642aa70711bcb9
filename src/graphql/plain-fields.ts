import SchemaBuilder, { BasePlugin, type SchemaTypes } from '@pothos/core';
import { type GraphQLSchema, isObjectType } from 'graphql';

declare global {
  // biome-ignore lint/style/noNamespace: Pothos learns of its plugins this way.
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      plainFields: PlainFieldsPlugin<Types>;
    }
  }
}

/** Marks a field whose resolver only reads the property of the field's name, where `expose` cannot be typed. */
export const plain = { plain: true } as const;

/**
 * Takes the resolver off every field that only reads the property of its own name.
 * The default does the same, and the compiler of documents turns it into a bare property access: no call and no promise a leaf,
 * which is most of the time of a page of a thousand messages.
 */
export class PlainFieldsPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override afterBuild(schema: GraphQLSchema): GraphQLSchema {
    const fields = Object.values(schema.getTypeMap()).flatMap((type) =>
      isObjectType(type) ? Object.values(type.getFields()) : [],
    );
    for (const field of fields) {
      const { pothosOptions, pothosExposedField, plain } = field.extensions as FieldFacts;
      if ((plain || pothosExposedField === field.name) && !pothosOptions?.authScopes) field.resolve = undefined;
    }
    return schema;
  }
}

interface FieldFacts {
  readonly plain?: boolean;
  readonly pothosExposedField?: string;
  readonly pothosOptions?: { readonly authScopes?: unknown };
}

SchemaBuilder.registerPlugin('plainFields', PlainFieldsPlugin);
