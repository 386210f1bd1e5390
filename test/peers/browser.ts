import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { TestContext } from 'node:test';
import { folder } from './tools.ts';

/** A page in a real browser without a window. */
export interface Page {
  /** What an expression of JavaScript gives in the page, as JSON would carry it. */
  evaluate(expression: string): Promise<unknown>;
  /** What the browser complains of: errors of scripts, and what the page's policy forbids. */
  readonly complaints: string[];
  /** A PNG of what is seen. */
  screenshot(): Promise<Buffer>;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly result?: Record<string, unknown>;
  readonly error?: { message: string };
  readonly params?: Record<string, unknown>;
}

/** Opens a file in chromium, which is spoken with through pipes (the DevTools Protocol): no port is open. */
export async function openPage(t: TestContext, file: string, width = 1240, height = 1400): Promise<Page> {
  const home = await folder(t);
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--disable-dev-shm-usage'];
  const place = [`--user-data-dir=${home}/profile`, `--window-size=${width},${height}`, '--remote-debugging-pipe'];
  const browser = spawn('chromium', [...flags, ...place, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOME: home },
  });
  const ended = new Promise((resolve) => browser.once('close', resolve));
  t.after(async () => {
    browser.kill('SIGKILL');
    await ended;
  });
  const [, , , input, output] = browser.stdio as unknown as [null, null, null, Writable, Readable];
  const waiting = new Map<number, (message: Message) => void>();
  const complaints: string[] = [];
  let loaded: () => void = () => {};
  let rest = '';
  output.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\0');
    rest = parts.pop() ?? '';
    for (const part of parts) hear(JSON.parse(part));
  });

  function hear(message: Message): void {
    const { id, method, params } = message;
    if (id !== undefined) waiting.get(id)?.(message);
    if (method === 'Page.loadEventFired') loaded();
    if (method === 'Runtime.exceptionThrown' || method === 'Log.entryAdded') complaints.push(JSON.stringify(params));
  }

  let last = 0;
  function call(method: string, params: object = {}, sessionId?: unknown): Promise<Record<string, unknown>> {
    const id = ++last;
    input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => {
      waiting.set(id, ({ result, error }) =>
        error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result ?? {}),
      );
    });
  }

  const { targetId } = await call('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await call('Target.attachToTarget', { targetId, flatten: true });
  const inPage = (method: string, params: object = {}) => call(method, params, sessionId);
  for (const domain of ['Page', 'Runtime', 'Log']) await inPage(`${domain}.enable`);
  await inPage('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
  const load = new Promise<void>((resolve) => {
    loaded = resolve;
  });
  await inPage('Page.navigate', { url: `file://${file}` });
  await load;
  return {
    complaints,
    async evaluate(expression) {
      const { result, exceptionDetails } = await inPage('Runtime.evaluate', { expression, returnByValue: true });
      if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
      return (result as { value?: unknown }).value;
    },
    async screenshot() {
      const { data } = await inPage('Page.captureScreenshot');
      return Buffer.from(`${data}`, 'base64');
    },
  };
}
