import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { play } from './role.ts';

/** Requests to be made over a few connections, each as soon as the one before it was answered. */
export interface Load {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent in turn, from the first again after the last. */
  readonly bodies: readonly string[];
  readonly connections: number;
  readonly ms: number;
}

export interface LoadResult {
  readonly perSecond: number;
  /** One of the answers. All had status 200 and the same length. */
  readonly answer: string;
}

/** Requests to be made one at a time. */
export interface Trickle extends Omit<Load, 'connections' | 'ms'> {
  /** Milliseconds between an answer and the next request. */
  readonly pauseMs: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

const commands = {
  async run({ url, headers, bodies, connections, ms }: Load): Promise<LoadResult> {
    let sent = 0;
    let answered = 0;
    let last: Buffer | undefined;
    const start = performance.now();
    const work = async (): Promise<void> => {
      while (performance.now() - start < ms) {
        const answer = await post(url, headers, bodies[sent++ % bodies.length] ?? '');
        if (last && last.length !== answer.length)
          throw new Error(`answers differ in length: ${last.length} and ${answer.length}`);
        last = answer;
        answered += 1;
      }
    };
    await Promise.all(Array.from({ length: connections }, work));
    return { perSecond: (answered * 1000) / (performance.now() - start), answer: String(last) };
  },
  /** The milliseconds that each answer took, and the last answer. */
  async trickle({ url, headers, bodies, pauseMs }: Trickle): Promise<{ times: number[]; answer: string }> {
    const times: number[] = [];
    let answer = '';
    for (const body of bodies) {
      const start = performance.now();
      answer = String(await post(url, headers, body));
      times.push(performance.now() - start);
      await sleep(pauseMs);
    }
    return { times, answer };
  },
};

export type HttpLoadCommands = typeof commands;

play(commands);

function post(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const ask = request(url, {
      method: 'POST',
      agent,
      headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    });
    ask.once('error', reject);
    ask.once('response', (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const whole = Buffer.concat(chunks);
        if (response.statusCode === 200) resolve(whole);
        else reject(new Error(`${url} answered ${response.statusCode}: ${String(whole).slice(0, 500)}`));
      });
    });
    ask.end(body);
  });
}
