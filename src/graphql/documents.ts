import { type DocumentNode, GraphQLError, parse, type Source, validate } from 'graphql';
import type { Plugin, YogaServerOptions } from 'graphql-yoga';
import { createBoundedCache } from './bounded-cache.ts';
import { DocumentCapsRule, documentCaps } from './document-rules.ts';
import { badInput, toClientError } from './errors.ts';
import { type Introspection, NoIntrospectionRule } from './introspection.ts';

const limits = { documents: 500, characters: 20_000, errors: 5 } as const;

/** Parses and validates within the caps, without hints at what the schema holds; where introspection is off, without a name of it. */
export function createDocumentChecks(introspection: Introspection): Plugin {
  const isHidden = introspection === 'off';
  const firstRules = isHidden ? [DocumentCapsRule, NoIntrospectionRule] : [DocumentCapsRule];
  return {
    onParse({ setParseFn }) {
      setParseFn((source: string | Source) => {
        try {
          return parseWithinCaps(source);
        } catch (error) {
          throw error instanceof GraphQLError ? coded(error) : error;
        }
      });
    },
    onValidate({ setValidationFn }) {
      setValidationFn((schema, document, rules) => {
        // The caps first: some of the other rules take time by the square of what these let through.
        const first = validate(schema, document, firstRules);
        const options = { maxErrors: limits.errors, hideSuggestions: true };
        const errors = first.length > 0 ? first : validate(schema, document, rules, options);
        return errors.slice(0, limits.errors).map((error) => toClientError(error, isHidden));
      });
    },
  };
}

/** What is no GraphQL at all says nothing of the schema. */
function coded({ message, source, positions }: GraphQLError): GraphQLError {
  const extensions = { code: 'BAD_USER_INPUT' } as const;
  return new GraphQLError(message, { ...(source && { source }), ...(positions && { positions }), extensions });
}

/** Throws BAD_USER_INPUT, or what the parser says of the syntax. */
export function parseWithinCaps(source: string | Source): DocumentNode {
  try {
    // The parser takes selections of nothing, which the specification does not have, unless it is told otherwise.
    return parse(source, { maxTokens: documentCaps.tokens, allowEmptySelectionSets: false });
  } catch (error) {
    // The parser goes one call deeper for each bracket. How many fit depends on who called it, so there is no number to count up to.
    if (error instanceof RangeError) throw badInput('The document is too large: brackets inside brackets.');
    throw error;
  }
}

/** Parsed documents, and parsers' errors, by text. Only short texts: long ones are rare, and would make the bound meaningless. */
export function createDocumentCaches(): Exclude<
  YogaServerOptions<object, object>['parserAndValidationCache'],
  boolean
> {
  return { documentCache: cacheOfShort<DocumentNode>(), errorCache: cacheOfShort<unknown>(), validationCache: true };
}

function cacheOfShort<Value>() {
  const cache = createBoundedCache<string, Value>(limits.documents);
  return {
    get: (text: string) => cache.get(text),
    set: (text: string, value: Value) => {
      if (text.length <= limits.characters) cache.set(text, value);
    },
  };
}
