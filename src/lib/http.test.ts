import { createServer, type RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { ProviderError } from '../domain/errors.ts';
import { createHttp } from './http.ts';

const now = new Date('2026-03-01T12:00:00Z');
const url = 'https://acme.test/v1?key=hush';

function httpOver(fetch: (url: string, init: RequestInit) => Promise<Response>) {
  return createHttp({ provider: 'acme', fetch, now: () => now });
}

async function failureOf(work: Promise<unknown>): Promise<ProviderError> {
  const error = await work.then(
    () => null,
    (thrown) => thrown,
  );
  if (!(error instanceof ProviderError)) throw new Error(`expected a ProviderError, got ${error}`);
  return error;
}

function troubled(code: string, more: object = {}): Error {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(`${code} hush`), { code, ...more }) });
}

function failing(error: unknown, init: RequestInit = {}): Promise<ProviderError> {
  return failureOf(httpOver(() => Promise.reject(error)).request('send', url, init));
}

/** Runs against a real server on loopback. */
async function overWire<T>(listener: RequestListener, run: (base: string) => Promise<T>): Promise<T> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  try {
    return await run(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe('an answer', () => {
  it('is handed over whatever its status', async () => {
    const http = httpOver(async () => new Response('{"a":1}', { status: 503, headers: { 'x-request-id': 'r1' } }));
    const answer = await http.request('read', url, {});
    expect(answer).toMatchObject({ status: 503, text: '{"a":1}' });
    expect(answer.headers.get('x-request-id')).toBe('r1');
    expect(answer.json()).toEqual({ a: 1 });
  });

  it('that is not JSON is a protocol error when read as such, without quoting it', async () => {
    const answer = await httpOver(async () => new Response('<html>hush</html>')).request('read', url, {});
    expect(answer.text).toBe('<html>hush</html>');
    expect(() => answer.json()).toThrow('[acme] read: the answer is not JSON (status 200)');
  });

  it('may have no body', async () => {
    const answer = await httpOver(async () => new Response(null, { status: 204 })).request('confirm', url, {});
    expect(answer.text).toBe('');
  });

  it('keeps letters whole that are cut between two pieces', async () => {
    const bytes = new TextEncoder().encode('grüß dich 👋');
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    expect((await httpOver(async () => new Response(body)).request('read', url, {})).text).toBe('grüß dich 👋');
  });

  it('over the cap is refused and its transfer ended', async () => {
    let ended = false;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(1000)),
      cancel: () => {
        ended = true;
      },
    });
    const http = httpOver(async () => new Response(body));
    const error = await failureOf(http.request('read', url, { maxBytes: 5000 }));
    expect(error).toMatchObject({ kind: 'protocol', noEffect: false });
    expect(ended).toBe(true);
  });

  it('of a redirect is an answer: secrets are never sent on to another host', async () => {
    let visits = 0;
    const answer = await overWire(
      (_, response) => {
        visits++;
        response.writeHead(302, { location: '/elsewhere' }).end();
      },
      (base) => httpOver(fetch).request('read', base, { redirect: 'follow' }),
    );
    expect([answer.status, visits]).toEqual([302, 1]);
  });
});

describe('no answer', () => {
  it.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT'])(
    'by %s certainly had no effect',
    async (code) => {
      expect(await failing(troubled(code))).toMatchObject({ kind: 'unavailable', noEffect: true });
    },
  );

  it.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])(
    'by %s may have had an effect',
    async (code) => {
      expect(await failing(troubled(code))).toMatchObject({ kind: 'unavailable', noEffect: false });
    },
  );

  it('by a connection that never came about had no effect, one that broke may have had', async () => {
    expect((await failing(troubled('ETIMEDOUT', { syscall: 'connect' }))).noEffect).toBe(true);
    expect((await failing(troubled('EHOSTUNREACH', { syscall: 'read' }))).noEffect).toBe(false);
    expect((await failing(troubled('ECONNRESET', { syscall: 'connect' }))).noEffect).toBe(false);
  });

  it('after several addresses is certain only where each was', async () => {
    const refused = Object.assign(new Error('no'), { code: 'ECONNREFUSED' });
    const reset = Object.assign(new Error('no'), { code: 'ECONNRESET' });
    const both = (...errors: Error[]) => new TypeError('fetch failed', { cause: new AggregateError(errors) });
    expect((await failing(both(refused, refused))).noEffect).toBe(true);
    expect((await failing(both(refused, reset))).noEffect).toBe(false);
    expect((await failing(both())).noEffect).toBe(false);
  });

  it('names the code, and neither the URL nor what the cause said', async () => {
    const error = await failing(troubled('ECONNRESET'));
    expect(error.message).toBe('[acme] send: no answer (ECONNRESET)');
    expect(error.cause).toBeInstanceOf(TypeError);
    expect((await failing(new Error(`could not reach ${url}`))).message).toBe('[acme] send: no answer');
    expect((await failing('a thrown text')).message).toBe('[acme] send: no answer');
  });

  it('ends even where causes go in a circle', async () => {
    const error = new Error('round');
    error.cause = error;
    expect(await failing(error)).toMatchObject({ kind: 'unavailable', noEffect: false });
  });

  it('after half a body is unavailable, and never counts as without effect', async () => {
    const error = await overWire(
      (request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('half', () => request.socket.destroy());
      },
      (base) => failureOf(httpOver(fetch).request('send', base, { method: 'POST', body: '{}' })),
    );
    expect(error).toMatchObject({ kind: 'unavailable', noEffect: false });

    const broken = new ReadableStream({ pull: (controller) => controller.error(troubled('ECONNREFUSED')) });
    const late = await failureOf(httpOver(async () => new Response(broken)).request('send', url, {}));
    expect(late.noEffect).toBe(false);
  });

  it('from a host that nobody listens on had no effect, over a real socket', async () => {
    const gone = await overWire(
      () => undefined,
      async (base) => base,
    );
    const error = await failureOf(httpOver(fetch).request('send', gone, { method: 'POST' }));
    expect(error).toMatchObject({ kind: 'unavailable', noEffect: true });
    expect(error.message).toBe('[acme] send: no answer (ECONNREFUSED)');
  });
});

describe('an aborted signal', () => {
  it('before the call means that nothing was sent', async () => {
    let sent = false;
    const http = httpOver(async () => {
      sent = true;
      return new Response();
    });
    const error = await failureOf(http.request('send', url, { signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ kind: 'timeout', noEffect: true });
    expect(sent).toBe(false);
  });

  it('during the call is a timeout with unknown effect, also where the fetch does not heed it', async () => {
    const deadline = new AbortController();
    const request = httpOver(() => Promise.withResolvers<Response>().promise).request('send', url, {
      signal: deadline.signal,
    });
    deadline.abort();
    expect(await failureOf(request)).toMatchObject({ kind: 'timeout', noEffect: false });
  });

  it('during the body is a timeout too', async () => {
    const deadline = new AbortController();
    const body = new ReadableStream({ pull: () => deadline.abort() }, { highWaterMark: 0 });
    const request = httpOver(async () => new Response(body)).request('read', url, { signal: deadline.signal });
    expect(await failureOf(request)).toMatchObject({ kind: 'timeout', noEffect: false });
  });

  it('is heeded at whatever moment it comes, also between the head of an answer and its body', async () => {
    for (let ticks = 0; ticks < 12; ticks += 1) {
      const deadline = new AbortController();
      const endless = new ReadableStream({ pull: () => Promise.withResolvers<void>().promise });
      const request = httpOver(async () => new Response(endless)).request('read', url, { signal: deadline.signal });
      const failed = failureOf(request);
      for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
      deadline.abort();
      expect(await failed).toMatchObject({ kind: 'timeout' });
    }
  });

  it('reaches the fetch', async () => {
    const deadline = new AbortController();
    let seen: AbortSignal | null | undefined;
    await httpOver(async (_, init) => {
      seen = init.signal;
      return new Response();
    }).request('read', url, { signal: deadline.signal });
    expect(seen).toBe(deadline.signal);
  });
});
