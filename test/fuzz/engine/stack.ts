import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { runUnderWay } from './recorder.ts';

/*
 * A thread that looks what a run is at when it takes too long: the process is ended soon after that, and cannot tell
 * itself.
 */

/**
 * Starts the thread, and resolves when it runs.
 *
 * @param drops where runs are recorded
 * @param into the file that the functions are written to which a run is in, the innermost first
 * @param limit as long as a run may take, in milliseconds
 */
export async function watchStack(drops: string, into: string, limit: number): Promise<void> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { drops, into, limit } });
  await once(worker, 'online');
  worker.unref();
}

interface Pause {
  readonly callFrames: readonly { readonly functionName: string; readonly location: { readonly scriptId: string } }[];
}

function watch({ drops, into, limit }: { drops: string; into: string; limit: number }): void {
  let number: number | undefined;
  let since = 0;
  let paused = false;
  setInterval(() => {
    const now = runUnderWay(drops);
    if (now === undefined || now !== number) since = performance.now();
    number = now;
    if (paused || performance.now() - since < limit * 0.9) return;
    paused = true;
    const session = new Session();
    session.connectToMainThread();
    const urls = new Map<string, string>();
    session.on('Debugger.scriptParsed', ({ params: { scriptId, url } }) => urls.set(scriptId, url));
    session.on('Debugger.paused', ({ params }: { params: Pause }) => {
      const frames = params.callFrames.flatMap(({ functionName, location }) => {
        const url = urls.get(location.scriptId) ?? '';
        const file = /\/build\/((?:lib|transforms)\/.*)\.js$/.exec(url)?.[1];
        return file === undefined ? [] : [`${functionName || 'a function'} (${file}.ts)`];
      });
      writeFileSync(into, frames.slice(0, 3).join(', in '));
      session.post('Debugger.disable');
      session.disconnect();
    });
    session.post('Debugger.enable');
    session.post('Debugger.pause');
  }, 100);
}

if (!isMainThread) watch(workerData);
