import { readdirSync } from 'node:fs';
import type { Sample } from '../target.ts';
import type { Execute } from './execute.ts';
import type { Verdict } from './messages.ts';

/** Memory that may be in use after a collection, beyond what was at first, in bytes. */
const GROWTH = 48 * 1024 * 1024;

/** Looks, from time to time, for what runs have left behind: open descriptors, and memory that is not garbage. */
export interface Audit {
  /** What was left behind since the last time, and by which of the samples that were run since then, if one does alone. */
  check(samples: readonly Sample[]): Promise<{ verdict: Verdict; sample: Sample } | undefined>;
}

interface Holdings {
  readonly descriptors: number;
  readonly memory: number;
}

/** What a sample leaves behind when it is run alone. */
export async function leavings(execute: Execute, sample: Sample): Promise<Verdict | undefined> {
  const before = await holdings(undefined);
  await execute(0, sample);
  return excess(await holdings(before), before);
}

function excess({ descriptors, memory }: Holdings, than: Holdings): Verdict | undefined {
  if (descriptors > than.descriptors) {
    return { key: 'leaves descriptors open', what: `leaves ${descriptors - than.descriptors} descriptors open` };
  }
  if (memory <= than.memory + GROWTH) return undefined;
  return { key: 'keeps memory', what: `keeps ${Math.round((memory - than.memory) / 1024 / 1024)} MiB of memory` };
}

/** @param isWarm whether samples were run already; else what the first ones leave is taken for what must be there */
export async function auditor(execute: Execute, isWarm: boolean): Promise<Audit> {
  let allowed = await holdings(undefined);
  let isKnown = isWarm;

  async function among(
    samples: readonly Sample[],
    size: number,
  ): Promise<{ verdict: Verdict; samples: readonly Sample[] } | undefined> {
    for (let at = 0; at < samples.length; at += size) {
      const before = await holdings(undefined);
      const some = samples.slice(at, at + size);
      for (const sample of some) await execute(-1, sample);
      const now = await holdings(before);
      allowed = { ...allowed, descriptors: Math.max(allowed.descriptors, now.descriptors) };
      const verdict = excess(now, before);
      if (verdict) return { verdict, samples: some };
    }
    return undefined;
  }

  return {
    async check(samples) {
      if (!isKnown) {
        isKnown = true;
        allowed = await holdings(undefined);
        return undefined;
      }
      const now = await holdings(allowed);
      const verdict = excess(now, allowed);
      if (verdict === undefined) return undefined;
      const { descriptors } = now;
      allowed = { descriptors, memory: Math.max(now.memory, allowed.memory) };
      // Of those that were run since, a few at a time are run again, until it is known which it was.
      let suspects = samples;
      for (const size of [64, 8, 1]) {
        const found = await among(suspects, size);
        if (found === undefined) break;
        if (size === 1) return { verdict: found.verdict, sample: found.samples[0]! };
        suspects = found.samples;
      }
      return { verdict, sample: samples.at(-1) ?? [] };
    },
  };
}

/** What is held once nothing more goes away. */
async function holdings(than: Holdings | undefined): Promise<Holdings> {
  let found = count();
  for (let attempt = 0; attempt < 10; attempt++) {
    globalThis.gc?.();
    // Files that were forgotten are closed in a task of its own, and sockets take their time.
    await new Promise((wake) => setTimeout(wake, attempt * 5));
    found = count();
    if (attempt > 0 && (than === undefined || found.descriptors <= than.descriptors)) break;
  }
  return found;
}

function count(): Holdings {
  const { heapUsed, external } = process.memoryUsage();
  return { descriptors: descriptors(), memory: heapUsed + external };
}

function descriptors(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0;
}
