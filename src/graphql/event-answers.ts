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
  };
}

function notAskedFor(): GraphQLError {
  const message = 'Subscriptions come by websocket, or as text/event-stream where the header accept names that.';
  return clientError('BAD_USER_INPUT', message, { http: { status: 406 } });
}
