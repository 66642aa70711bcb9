import {
  type DirectiveNode,
  type DocumentNode,
  Kind,
  type ObjectFieldNode,
  type OperationDefinitionNode,
  visit,
} from 'graphql';

type Variables = { readonly [name: string]: unknown };

/** A document with everything in it decided that the compiler would get wrong. */
export interface Settled {
  /** The same for all variables that decide alike. */
  readonly key: string;
  document(): DocumentNode;
}

/** The places of a document whose meaning hangs from the variables. */
interface Places {
  /** `@skip` and `@include`. */
  readonly conditions: readonly DirectiveNode[];
  /** Fields of input objects that are given as a variable. */
  readonly fields: readonly ObjectFieldNode[];
  /** Whether a variable stands in a list. */
  readonly lists: boolean;
}

const placesOf = new WeakMap<DocumentNode, Places>();

/**
 * Carries out a document's conditions, and takes out the fields of input objects whose variable is not given. The compiler joins the
 * conditions of a field that is reached in several ways, and takes a variable that is not given for null: the specification does not.
 * Null where a condition has no boolean, or a list a variable: those documents are not compiled.
 */
export function settle(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): Settled | null {
  const places = placesOf.get(document) ?? findPlaces(document);
  placesOf.set(document, places);
  const { conditions, fields } = places;
  if (places.lists) return null;
  if (conditions.length === 0 && fields.length === 0) return { key: '', document: () => document };
  const decisions = conditions.map((directive) => decisionOf(directive, operation, variables));
  if (decisions.includes(null)) return null;
  const given = fields.map((field) => isGiven(field, operation, variables));
  return {
    key: [...decisions, ...given].map((yes) => (yes ? '1' : '0')).join(''),
    document: () => {
      const included = conditions.map((it, i) => [it, (it.name.value === 'include') === decisions[i]] as const);
      const absent = new Set(fields.filter((_, i) => !given[i]));
      return carriedOut(document, new Map(included), absent);
    },
  };
}

function findPlaces(document: DocumentNode): Places {
  const conditions: DirectiveNode[] = [];
  const fields: ObjectFieldNode[] = [];
  let lists = false;
  visit(document, {
    Directive(node) {
      if (node.name.value === 'skip' || node.name.value === 'include') conditions.push(node);
    },
    ObjectField(node) {
      if (node.value.kind === Kind.VARIABLE) fields.push(node);
    },
    ListValue(node) {
      if (node.values.some(({ kind }) => kind === Kind.VARIABLE)) lists = true;
    },
  });
  return { conditions, fields, lists };
}

function defaultOf(name: string, { variableDefinitions = [] }: OperationDefinitionNode) {
  return variableDefinitions.find(({ variable }) => variable.name.value === name)?.defaultValue;
}

function decisionOf(
  directive: DirectiveNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): boolean | null {
  const value = directive.arguments?.find(({ name }) => name.value === 'if')?.value;
  if (value?.kind === Kind.BOOLEAN) return value.value;
  if (value?.kind !== Kind.VARIABLE) return null;
  const name = value.name.value;
  if (Object.hasOwn(variables, name)) return typeof variables[name] === 'boolean' ? variables[name] : null;
  const fallback = defaultOf(name, operation);
  return fallback?.kind === Kind.BOOLEAN ? fallback.value : null;
}

function isGiven({ value }: ObjectFieldNode, operation: OperationDefinitionNode, variables: Variables): boolean {
  if (value.kind !== Kind.VARIABLE) return true;
  const name = value.name.value;
  return Object.hasOwn(variables, name) || defaultOf(name, operation) !== undefined;
}

function carriedOut(
  document: DocumentNode,
  included: ReadonlyMap<DirectiveNode, boolean>,
  absent: ReadonlySet<ObjectFieldNode>,
): DocumentNode {
  const conditional = <Node extends { readonly directives?: readonly DirectiveNode[] | undefined }>(node: Node) => {
    if (node.directives?.some((directive) => included.get(directive) === false)) return null;
    const left = node.directives?.filter((directive) => !included.has(directive));
    return left?.length === node.directives?.length ? undefined : { ...node, directives: left };
  };
  return visit(document, {
    Field: conditional,
    FragmentSpread: conditional,
    InlineFragment: conditional,
    ObjectField: (node) => (absent.has(node) ? null : undefined),
  });
}
