import type { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { clientError } from './errors.ts';

/** Whether an answer in server-sent events is asked for, in so many words. */
export function asksForEvents(accept: string | null | undefined): boolean {
  return accept?.toLowerCase().includes('text/event-stream') ?? false;
}

/** What holds for answers in server-sent events alone. */
export function createEventAnswers(): Plugin {
  return {
    /**
     * A stream that is asked for as "anything" would not be counted among those that its address holds open, and one that is asked for
     * as something else would be begun, and never read nor ended.
     */
    onSubscribe({ args, setResultAndStopExecution }) {
      const { request } = args.contextValue as { readonly request?: Request };
      if (request && !asksForEvents(request.headers.get('accept')))
        setResultAndStopExecution({ errors: [notAskedFor()] });
    },
    onResultProcess({ request, result }) {
      if (!('errors' in result) || !asksForNothingElse(request.headers.get('accept'))) return;
      for (const error of result.errors ?? []) tellAsEvent(error);
    },
  };
}

function notAskedFor(): GraphQLError {
  const message = 'Subscriptions come by websocket, or as text/event-stream where the header accept names that.';
  return clientError('BAD_USER_INPUT', message, { http: { status: 406 } });
}

/** Where JSON will do as well, errors are told as JSON. */
function asksForNothingElse(accept: string | null): boolean {
  return accept !== null && asksForEvents(accept) && !/json|\*/i.test(accept);
}

/**
 * What is wrong with an operation is told by a stream that was accepted (graphql-sse, "distinct connections mode"): its clients read no
 * other. What is wrong with the request itself, or is our trouble, keeps its status.
 */
function tellAsEvent({ extensions }: GraphQLError): void {
  const http = extensions['http'] as { readonly status?: number } | undefined;
  if (http?.status === 400 || http?.status === 403) extensions['http'] = { ...http, spec: true };
}
