import { Broken, strange } from '../judges/broken.ts';
import type { Sample, Target } from '../target.ts';
import type { Verdict } from './messages.ts';
import type { Recorder } from './recorder.ts';

/** What came of a run. */
export type Result = { readonly outcome: string } | { readonly verdict: Verdict };

/** Runs a sample; whatever breaks, at once or behind the target's back, is told and not thrown. */
export type Execute = (run: number, sample: Sample) => Promise<Result>;

/** @param drops where every sample is written down before it is run */
export function executor(target: Target, drops: Recorder): Execute {
  let fail: (trouble: Broken) => void = () => {};
  let since = 0;

  process.on('uncaughtException', (error) => {
    fail(new Broken(`an uncaught exception: ${strange(error).message}`));
  });
  process.on('unhandledRejection', (error) => {
    fail(new Broken(`an unhandled rejection: ${strange(error).message}`));
  });
  process.on('warning', ({ name, message }) => {
    if (name !== 'ExperimentalWarning') fail(new Broken(`a warning of Node's: ${name}`, message));
  });
  // What waits for nothing that could come is told here; what never stops computing is told by whoever watches.
  setInterval(() => {
    if (since > 0 && performance.now() - since > target.limit) fail(new Broken('does not end: it waits for ever'));
  }, 100);

  return async (run, sample) => {
    let trouble: Broken | undefined;
    const failed = new Promise<never>((_, reject) => {
      fail = (first) => {
        trouble ??= first;
        reject(trouble);
      };
    });
    failed.catch(() => {});
    drops.begin(run, sample);
    since = performance.now();
    try {
      const outcome = await Promise.race([target.run(sample), failed]);
      // What was left behind gets its turn, and fails now if it does.
      await new Promise((resume) => setImmediate(resume));
      if (trouble) throw trouble;
      const time = performance.now() - since;
      if (time > target.limit) throw new Broken('takes too long', `${(time / 1000).toFixed(1)} s`);
      return { outcome };
    } catch (error) {
      const { key, message } = error instanceof Broken ? error : strange(error);
      return { verdict: { key, what: message } };
    } finally {
      since = 0;
      drops.end();
    }
  };
}
