import { z } from 'zod';

/** The question that a schema answers about itself. Descriptions are left out: the whole graph is large enough. */
export const introspectionQuery = `
  query Introspection {
    __schema {
      queryType { name }
      mutationType { name }
      types {
        kind
        name
        fields(includeDeprecated: true) { name args { name type { ...Reference } } type { ...Reference } }
        inputFields { name type { ...Reference } }
        enumValues(includeDeprecated: true) { name }
      }
    }
  }
  fragment Reference on __Type {
    kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } }
  }`;

interface TypeReference {
  readonly kind: string;
  readonly name?: string | null | undefined;
  readonly ofType?: TypeReference | null | undefined;
}

const reference: z.ZodType<TypeReference> = z.object({
  kind: z.string(),
  name: z.string().nullish(),
  get ofType() {
    return reference.nullish();
  },
});

const input = z.object({ name: z.string(), type: reference });
const answer = z.object({
  __schema: z.object({
    queryType: z.object({ name: z.string() }),
    mutationType: z.object({ name: z.string() }).nullish(),
    types: z.array(
      z.object({
        kind: z.string(),
        name: z.string(),
        fields: z.array(z.object({ name: z.string(), args: z.array(input), type: reference })).nullish(),
        inputFields: z.array(input).nullish(),
        enumValues: z.array(z.object({ name: z.string() })).nullish(),
      }),
    ),
  }),
});

/** A reference to a type, unwrapped. */
export interface TypeUse {
  /** As written in a document: `[ID!]!`. */
  readonly text: string;
  readonly name: string;
  readonly isList: boolean;
}

export interface SchemaField {
  readonly type: TypeUse;
  readonly args: ReadonlyMap<string, TypeUse>;
}

/** What a schema says of itself, as far as spelling goes. */
export interface Schema {
  /** The field at the end of a path from the root, or null. Lists on the way are not followed. */
  follow(root: 'query' | 'mutation', path: readonly string[]): SchemaField | null;
  fieldsOf(type: string): ReadonlyMap<string, SchemaField>;
  /** Fields of an input object; empty where the type is none. */
  inputFieldsOf(type: string): ReadonlyMap<string, TypeUse>;
  isLeaf(type: string): boolean;
  enumValuesOf(type: string): readonly string[];
}

/** Reads the answer to `introspectionQuery`; null where it is none. */
export function readSchema(data: unknown): Schema | null {
  const schema = answer.safeParse(data).data?.__schema;
  if (!schema) return null;
  const types = new Map(schema.types.map((type) => [type.name, type]));
  const fields = new Map(
    schema.types.map((type) => [
      type.name,
      new Map(
        (type.fields ?? []).map(
          ({ name, args, type: use }) => [name, { type: useOf(use), args: usesOf(args) }] as const,
        ),
      ),
    ]),
  );
  const fieldsOf = (type: string) => fields.get(type) ?? new Map<string, SchemaField>();
  const roots = { query: schema.queryType.name, mutation: schema.mutationType?.name ?? null };
  return {
    fieldsOf,
    inputFieldsOf: (type) => usesOf(types.get(type)?.inputFields ?? []),
    isLeaf: (type) => ['SCALAR', 'ENUM'].includes(types.get(type)?.kind ?? ''),
    enumValuesOf: (type) => (types.get(type)?.enumValues ?? []).map(({ name }) => name),
    follow(root, path) {
      const [head, ...rest] = path;
      const type = roots[root];
      const first = type === null || head === undefined ? null : (fieldsOf(type).get(head) ?? null);
      return rest.reduce(
        (field: SchemaField | null, step) =>
          field && !field.type.isList ? (fieldsOf(field.type.name).get(step) ?? null) : null,
        first,
      );
    },
  };
}

function usesOf(inputs: readonly z.infer<typeof input>[]): ReadonlyMap<string, TypeUse> {
  return new Map(inputs.map(({ name, type }) => [name, useOf(type)]));
}

function useOf({ kind, name, ofType }: TypeReference): TypeUse {
  if (!ofType) return { text: name ?? '', name: name ?? '', isList: false };
  const inner = useOf(ofType);
  if (kind === 'LIST') return { ...inner, text: `[${inner.text}]`, isList: true };
  return { ...inner, text: `${inner.text}!` };
}
