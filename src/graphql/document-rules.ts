import {
  type ASTVisitor,
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import { badInput } from './errors.ts';

/** How large a document may be. */
export const documentCaps = {
  /** Words and signs, counted while parsing. */
  tokens: 2_000,
  /** Fields inside fields; those of introspection are counted by themselves. */
  depth: 12,
  /** The same within introspection: twice what tools ask for. Compiling takes time by the square of it. */
  introspection: 30,
  /** Renamed fields of one selection, those of its fragments among them. */
  aliases: 30,
  /** Fields and fragments that one selection names again, those of its fragments among them: they add nothing but work. */
  repeats: 30,
  /** Directives in the whole document. */
  directives: 20,
  operations: 10,
  /** Questions about the whole schema or one of its types: each answer may have hundreds of thousands of characters. */
  introspections: 3,
  /** Fields once every fragment is written out, so that no small document stands for a huge one. */
  fields: 2_000,
} as const;

/** What a selection comes to with its fragments written out. */
interface Extent {
  readonly depth: number;
  readonly introspection: number;
  readonly fields: number;
  readonly aliases: number;
  readonly repeats: number;
}

const nothing: Extent = { depth: 0, introspection: 0, fields: 0, aliases: 0, repeats: 0 };

/** Validation rule: refuses documents beyond the caps, in time linear to their length. */
export function DocumentCapsRule(context: ValidationContext): ASTVisitor {
  let directives = 0;
  let introspections = 0;
  return {
    Field({ name }) {
      if (isAboutSchema(name.value)) introspections += 1;
    },
    Directive() {
      directives += 1;
    },
    Document: {
      leave(document) {
        const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
        refuse(context, 'operations', operations.length);
        refuse(context, 'directives', directives);
        refuse(context, 'introspections', introspections);
        const { roots, selections } = measure(document);
        refuse(context, 'depth', largest(roots, 'depth'));
        refuse(context, 'introspection', largest(roots, 'introspection'));
        refuse(context, 'fields', largest(roots, 'fields'));
        refuse(context, 'aliases', largest(selections, 'aliases'));
        refuse(context, 'repeats', largest(selections, 'repeats'));
      },
    },
  };
}

/** Whether a field asks for the schema itself. */
export function isAboutSchema(field: string): boolean {
  return field === '__schema' || field === '__type';
}

function refuse(context: ValidationContext, what: keyof typeof documentCaps, count: number): void {
  const cap = documentCaps[what];
  if (count > cap) context.reportError(badInput(`The document is too large: ${what} ${count}, allowed ${cap}.`));
}

function largest(extents: readonly Extent[], what: keyof Extent): number {
  return Math.max(0, ...extents.map((extent) => extent[what]));
}

/** The extents of the operations, and of every selection anywhere. */
function measure(document: DocumentNode): { roots: readonly Extent[]; selections: readonly Extent[] } {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const known = new Map<string, Extent>();
  const selections: Extent[] = [];

  const ofSet = (set: SelectionSetNode | undefined): Extent => {
    if (!set) return nothing;
    const inner = set.selections.map(ofSelection).reduce(joined, nothing);
    const extent = { ...inner, repeats: inner.repeats + repeatsIn(set) };
    selections.push(extent);
    return extent;
  };
  const ofSelection = (node: SelectionNode): Extent => {
    if (node.kind === Kind.INLINE_FRAGMENT) return ofSet(node.selectionSet);
    if (node.kind === Kind.FRAGMENT_SPREAD) return ofFragment(node.name.value);
    const inner = ofSet(node.selectionSet);
    const depth = inner.depth + 1;
    const depths = node.name.value.startsWith('__')
      ? { depth: 0, introspection: depth }
      : { depth, introspection: inner.introspection };
    return { ...depths, fields: inner.fields + 1, aliases: node.alias ? 1 : 0, repeats: 0 };
  };
  const ofFragment = (name: string): Extent => {
    const measured = known.get(name);
    if (measured) return measured;
    // A fragment inside itself is another rule's to refuse; here it must only come to an end.
    known.set(name, nothing);
    const extent = ofSet(fragments.get(name)?.selectionSet);
    known.set(name, extent);
    return extent;
  };
  const roots = document.definitions.flatMap((node) =>
    node.kind === Kind.OPERATION_DEFINITION ? [ofSet(node.selectionSet)] : [],
  );
  return { roots, selections };
}

function joined(one: Extent, other: Extent): Extent {
  return {
    depth: Math.max(one.depth, other.depth),
    introspection: Math.max(one.introspection, other.introspection),
    fields: one.fields + other.fields,
    aliases: one.aliases + other.aliases,
    repeats: one.repeats + other.repeats,
  };
}

/** How many of a selection's fields and fragments it has named before. Inline fragments have no names; their fields are counted. */
function repeatsIn({ selections }: SelectionSetNode): number {
  const names = selections.flatMap((node) => {
    if (node.kind === Kind.INLINE_FRAGMENT) return [];
    return node.kind === Kind.FIELD ? (node.alias ?? node.name).value : `...${node.name.value}`;
  });
  return names.length - new Set(names).size;
}
