import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Sample, Target } from '../target.ts';
import type { News, Order, Verdict } from './messages.ts';
import { recorded, runUnderWay } from './recorder.ts';

/** Memory that the process which runs samples may have, in bytes; its heap is bounded lower. */
const MEMORY = 640 * 1024 * 1024;
const HEAP = 256;

/** Bytes that a file may have which it writes, in blocks of 512. */
const FILE = 256 * 1024;

/** As long as it may take to start, in milliseconds. */
const START = 60_000;

/** What the process answered, or what it died of. */
export type Answer =
  | News
  | { readonly kind: 'died'; readonly verdict: Verdict; readonly run: number; readonly sample: Sample };

/** The process that runs the samples of a target, started when it is needed. */
export interface Runner {
  /** Resolves with what comes of an order. Figures are told as they come. */
  ask(order: Order): Promise<Answer>;
  /** Ends the process; the next order starts another. */
  end(): void;
}

/**
 * @param folder for what is written
 * @param figures is told how far the process is
 */
export function runner(target: Target, seed: number, folder: string, figures: (news: News) => void): Runner {
  const drops = join(folder, 'run');
  const stack = join(folder, 'stack');
  let child: ChildProcess | undefined;
  let stderr = '';

  async function start(): Promise<ChildProcess> {
    stderr = '';
    const path = fileURLToPath(new URL('./child.js', import.meta.url));
    const flags = ['--expose-gc', `--max-old-space-size=${HEAP}`];
    // A shell bounds what the process may write: what is wrong with a run may be that it fills the disk.
    const words = ['-c', `ulimit -f ${FILE}; exec "$0" "$@"`, process.execPath, ...flags, path];
    const started = spawn('/bin/sh', [...words, target.name, String(seed), folder], {
      env: environment(folder),
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    started.stderr?.on('data', (chunk: Buffer) => {
      stderr = `${stderr}${chunk.toString()}`.slice(-4000);
    });
    const tooLong = setTimeout(() => started.kill('SIGKILL'), START);
    await new Promise<void>((resolve, reject) => {
      started.once('message', () => resolve());
      started.once('exit', () => reject(new Error(`the process for ${target.name} does not start: ${stderr}`)));
    });
    clearTimeout(tooLong);
    started.removeAllListeners('exit');
    return started;
  }

  async function ask(order: Order): Promise<Answer> {
    child ??= await start();
    const asked = child;
    rmSync(stack, { force: true });
    return new Promise((resolve) => {
      let run: number | undefined;
      let since = performance.now();
      const watch = setInterval(() => {
        const now = runUnderWay(drops);
        if (now === undefined || now !== run) since = performance.now();
        run = now;
        const size = sizeOf(asked.pid);
        if (size > MEMORY) die('takes memory without bound', `${Math.round(size / 1024 / 1024)} MiB`);
        // The process itself tells of what merely waits.
        else if (performance.now() - since > target.limit * 1.5) die(`does not end: it is in ${stackIn(stack)}`, '');
      }, 50);
      const listen = (news: News): void => {
        if (news.kind === 'figures') figures(news);
        else settle(news);
      };
      const gone = (code: number | null, signal: string | null): void => {
        const last = stderr.trim().split('\n').at(0) ?? '';
        const isMemory = /heap out of memory|Array buffer allocation/.test(stderr);
        if (isMemory) die('takes memory without bound', `over ${HEAP} MiB of heap`);
        else die(`takes the process down (${signal ?? code})`, last);
      };
      function settle(answer: Answer): void {
        clearInterval(watch);
        asked.off('message', listen);
        asked.off('exit', gone);
        resolve(answer);
      }
      function die(key: string, detail: string): void {
        settle({ kind: 'died', verdict: { key, what: detail === '' ? key : `${key}: ${detail}` }, ...recorded(drops) });
        end();
      }
      asked.on('message', listen);
      asked.on('exit', gone);
      asked.send(order);
    });
  }

  function end(): void {
    child?.kill('SIGKILL');
    child = undefined;
  }

  return { ask, end };
}

/** Nothing of this machine: neither credentials nor certificates. */
function environment(folder: string): NodeJS.ProcessEnv {
  const { SSL_CERT_FILE: _file, NODE_EXTRA_CA_CERTS: _extra, ...rest } = process.env;
  return { ...rest, TMPDIR: folder, HOME: folder, XDG_RUNTIME_DIR: folder, DOCKER_CONFIG: folder };
}

/** The memory of a process that is in use, in bytes; 0 where the system does not tell. */
function sizeOf(pid: number | undefined): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096;
  } catch {
    return 0;
  }
}

function stackIn(path: string): string {
  try {
    return readFileSync(path, 'utf8') || 'code that is not ours';
  } catch {
    return 'code that is not ours';
  }
}
