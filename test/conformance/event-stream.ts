import { type IncomingHttpHeaders, request } from 'node:http';

/** One event as it came: its name, and what its data says. */
export interface Told {
  readonly event: string;
  /** Null where there is none. */
  readonly data: unknown;
}

/** An answer in server-sent events. */
export interface Events {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Everything that came so far, as it came. */
  readonly text: string;
  /** What was told so far; beats of the heart are no events. */
  readonly told: readonly Told[];
  /** Resolves when that holds for what has come. */
  until(holds: (events: Events) => boolean): Promise<void>;
  /** Resolves when the server has ended it. */
  readonly ended: Promise<void>;
  /** The client goes away. */
  leave(): void;
}

/** Asks for an answer in events, with exactly those headers beside the type of the body. */
export function askForEvents(
  url: string,
  body: string | object,
  headers: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<Events> {
  const { hostname, port, pathname } = new URL(url);
  const all = { 'content-type': 'application/json', accept: 'text/event-stream', ...headers };
  return new Promise((resolve, reject) => {
    const to = { hostname, port, path: pathname, method: 'POST', headers: all, agent: false as const };
    const asked = request({ ...to, ...(signal && { signal }) });
    asked.on('error', reject).on('response', (answer) => {
      let text = '';
      const seen = new Set<() => void>();
      const wake = (): void => {
        for (const one of seen) one();
      };
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        wake();
      });
      const ended = new Promise<void>((done) => answer.on('end', done));
      answer.on('close', wake).on('error', () => undefined);
      const events: Events = {
        ...{ status: answer.statusCode ?? 0, headers: answer.headers, ended },
        get text() {
          return text;
        },
        get told() {
          return eventsIn(text);
        },
        until: (holds) =>
          new Promise((done, fail) => {
            const look = (): void => {
              if (holds(events)) done();
              else if (answer.closed) fail(new Error(`It ended before: ${text}`));
              else return;
              seen.delete(look);
            };
            seen.add(look);
            look();
          }),
        leave: () => asked.destroy(),
      };
      resolve(events);
    });
    asked.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
}

/** As the HTML standard has it: a blank line ends an event, a line that begins with a colon says nothing. */
function eventsIn(text: string): readonly Told[] {
  const blocks = text.split('\n\n').slice(0, -1);
  return blocks.flatMap((block) => {
    const fields = block.split('\n').filter((line) => !line.startsWith(':'));
    if (fields.length === 0) return [];
    const valueIn = (name: string): string => fields.find((line) => line.startsWith(name))?.slice(name.length) ?? '';
    const data = valueIn('data:').trim();
    return [{ event: valueIn('event:').trim(), data: data === '' ? null : (JSON.parse(data) as unknown) }];
  });
}
