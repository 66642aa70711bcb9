import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const CHROMIUM = '/usr/bin/chromium';
const installed = existsSync(CHROMIUM);
if (!installed) process.stderr.write(`No Chromium at ${CHROMIUM}: GraphiQL is not tried in a browser.\n`);

// Without these Chromium calls home at every start, which a closed network answers slowly or not at all.
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

describe.runIf(installed)('GraphiQL of the demo, in a browser', () => {
  let demo: { url: string; process: ChildProcess };
  let browser: Browser;
  let page: Page;
  const elsewhere: string[] = [];

  beforeAll(async () => {
    demo = await startDemo();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET });
    page = await browser.newPage();
    page.on('request', (request) => {
      if (!request.url().startsWith(demo.url) && !/^(data|blob):/.test(request.url())) elsewhere.push(request.url());
    });
    await page.goto(`${demo.url}/graphql`);
    await page.locator('.graphiql-execute-button').waitFor();
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    demo?.process.kill('SIGINT');
  });

  it('opens with the token filled in and answers the inbox query of its first tab', async () => {
    await page.locator('.graphiql-execute-button').click();
    await expect.poll(() => answer(page), { timeout: 10_000 }).toContain('"lastMessage"');
    expect(await answer(page)).not.toContain('"errors"');
  });

  it('shows a guest who writes in its subscription tab', async () => {
    await openTab(page, 'Live');
    await expect.poll(() => page.locator('.graphiql-query-editor').innerText()).toContain('messageAdded');
    await expect.poll(() => started(page), { timeout: 10_000, interval: 500 }).toBe(true);
    await expect.poll(() => answer(page), { timeout: 25_000 }).toContain('"messageAdded"');
    expect(await answer(page)).toContain('"participant"');
  }, 30_000);

  it('asks nothing of the internet', () => {
    expect(elsewhere).toEqual([]);
  });
});

/** GraphiQL's tabs can be dragged, and the first press on one that was never touched is taken for that: a person clicks again. */
async function openTab(page: Page, name: string): Promise<void> {
  const open = async (): Promise<string> => {
    await page.getByRole('button', { name, exact: true }).click();
    return page.locator('.graphiql-tab-active').innerText();
  };
  await expect.poll(open, { timeout: 10_000 }).toContain(name);
}

/** Runs the tab's operation. GraphiQL learns its name a moment after its text, and until then refuses to run it. */
async function started(page: Page): Promise<boolean> {
  const running = page.locator('.graphiql-execute-button[aria-label^="Stop"]');
  if ((await running.count()) > 0) return !(await answer(page)).includes('Cannot infer');
  await page.locator('.graphiql-execute-button').click();
  return false;
}

function answer(page: Page): Promise<string> {
  return page.locator('.result-window').innerText();
}

/** The demo as a person starts it, on a free port. */
async function startDemo(): Promise<{ url: string; process: ChildProcess }> {
  const child = spawn(process.execPath, ['src/demo.ts'], {
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface(child.stdout)) {
    const url = /GraphiQL\s+(http:\/\/\S+)\/graphql/.exec(line)?.[1];
    if (url) return { url, process: child };
  }
  throw new Error('the demo ended before it was up');
}
