import { tabs } from './graphiql-tabs.ts';

/** Whether a browser asks for the page, and not a program for an answer. */
export function wantsPage(request: Request): boolean {
  return request.method === 'GET' && (request.headers.get('accept') ?? '').includes('text/html');
}

/**
 * The GraphiQL page, whole: nothing is fetched from elsewhere. Subscriptions go over the websocket, with the headers editor's
 * content in each operation's `extensions.headers`. `token` is filled in where it is given (the demo).
 */
export function createGraphiqlPage(token: string | null): () => Promise<Response> {
  let page: Promise<Uint8Array<ArrayBuffer>> | undefined;
  return async () => {
    page ??= render(token);
    return new Response(await page, {
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy': "frame-ancestors 'none'",
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      },
    });
  };
}

/** Instead of the page, where it could run nothing that somebody writes in it. */
export async function noPage(): Promise<Response> {
  const text = 'Only the documents of PARLEY_TRUSTED_DOCUMENTS run here, so there is no GraphiQL.\n';
  return new Response(text, { status: 403, headers: { 'content-type': 'text/plain; charset=utf-8' } });
}

async function render(token: string | null): Promise<Uint8Array<ArrayBuffer>> {
  // Nine megabytes of text: loaded when somebody opens the page, not at every start.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const headers = JSON.stringify({ Authorization: `Bearer ${token ?? '<your token>'}` }, null, 2);
  const html = renderGraphiQL({
    title: 'Parley',
    endpoint: '/graphql',
    subscriptionsProtocol: 'WS',
    headers,
    defaultHeaders: headers,
    defaultTabs: tabs.map(({ query, variables = '' }) => ({ query, variables, headers })),
    defaultEditorToolsVisibility: 'headers',
    shouldPersistHeaders: true,
  });
  return new TextEncoder().encode(html.replace('<head>', () => `<head>${forgetOldTabs(headers)}`));
}

/** Tabs are kept in the browser with their headers. A demo that is started anew has another token: then they begin anew. */
function forgetOldTabs(headers: string): string {
  const text = JSON.stringify(headers).replaceAll('<', '\\u003c');
  return `<script>
    if (localStorage.getItem('parley:headers') !== ${text}) {
      for (const name of Object.keys(localStorage)) if (name.startsWith('graphiql:')) localStorage.removeItem(name);
      localStorage.setItem('parley:headers', ${text});
    }
  </script>`;
}
