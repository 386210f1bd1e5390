import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sample, Target } from '../target.ts';
import type { Figures, Verdict } from './messages.ts';
import { minimised } from './minimise.ts';
import { runner } from './runner.ts';

/** Something that broke. */
export interface Find {
  readonly target: string;
  readonly run: number;
  readonly verdict: Verdict;
  /** As small as it could be made. */
  readonly sample: Sample;
}

export interface Report {
  readonly figures: Figures;
  readonly finds: readonly Find[];
}

export interface Settings {
  readonly seed: number;
  /** The number of the first run. */
  readonly from: number;
  /** Runs at most. */
  readonly runs?: number;
  readonly milliseconds: number;
  /** For what is written meanwhile. */
  readonly folder: string;
  /** Is told of each find as soon as it is known. */
  readonly found: (find: Find) => void;
}

const nothing: Figures = { runs: 0, taken: 0, time: 0, refusals: 0, kept: 0, reached: 0, all: 0 };

/** Runs a sample that was kept, once; what breaks is told. */
export async function replay(target: Target, sample: Sample, folder: string): Promise<Verdict | undefined> {
  const runs = runner(target, 0, folder, () => {});
  try {
    const answer = await runs.ask({ kind: 'try', sample, thorough: true });
    return answer.kind === 'died' || answer.kind === 'tried' ? answer.verdict : undefined;
  } finally {
    runs.end();
  }
}

/** Fuzzes a target for some time. */
export async function session(target: Target, settings: Settings): Promise<Report> {
  const { seed, from, milliseconds, folder, found } = settings;
  const to = from + (settings.runs ?? Number.POSITIVE_INFINITY);
  /** Of the processes that have ended, and of the one that has not. */
  let before = nothing;
  let current = nothing;
  const runs = runner(target, seed, folder, (news) => {
    if (news.kind === 'figures') current = news.figures;
  });
  const finds: Find[] = [];
  const known = new Set<string>();
  const until = Date.now() + milliseconds;
  let number = from;
  try {
    while (Date.now() < until) {
      const answer = await runs.ask({ kind: 'explore', from: number, to, until, known: [...known] });
      if (answer.kind === 'died' || (answer.kind === 'find' && isEndless(answer.verdict))) {
        before = sum(before, current);
        current = nothing;
      }
      if (answer.kind !== 'find' && answer.kind !== 'died') break;
      number = Math.max(answer.run, number) + 1;
      // What never ended is still there.
      if (isEndless(answer.verdict)) runs.end();
      if (known.has(answer.verdict.key)) continue;
      known.add(answer.verdict.key);
      const find = await examined(answer.verdict, answer.sample);
      if (find === undefined) continue;
      known.add(find.verdict.key);
      finds.push({ target: target.name, run: answer.run, ...find });
      found(finds.at(-1)!);
    }
  } finally {
    runs.end();
  }
  return { figures: sum(before, current), finds };

  /** Runs a sample again, alone, and makes it smaller; what was slow only because the machine was busy is no find. */
  async function examined(verdict: Verdict, sample: Sample): Promise<{ verdict: Verdict; sample: Sample } | undefined> {
    const thorough = /^(leaves|keeps)/.test(verdict.key);
    const again = await attempt(sample, thorough);
    if (again === undefined) {
      const what = `${verdict.what} (not when it is run alone)`;
      return isEndless(verdict) ? undefined : { verdict: { ...verdict, what }, sample };
    }
    const smaller = await minimised(
      sample,
      async (candidate) => (await attempt(candidate, thorough))?.key === again.key,
    );
    return { verdict: again, sample: smaller };
  }

  async function attempt(sample: Sample, thorough: boolean): Promise<Verdict | undefined> {
    const answer = await runs.ask({ kind: 'try', sample, thorough });
    const result = answer.kind === 'died' || answer.kind === 'tried' ? answer.verdict : undefined;
    if (result && isEndless(result)) runs.end();
    return result;
  }
}

function isEndless({ key }: Verdict): boolean {
  return /^(does not end|takes too long)/.test(key);
}

function sum(a: Figures, b: Figures): Figures {
  return {
    runs: a.runs + b.runs,
    taken: a.taken + b.taken,
    time: a.time + b.time,
    refusals: Math.max(a.refusals, b.refusals),
    kept: Math.max(a.kept, b.kept),
    reached: Math.max(a.reached, b.reached),
    all: Math.max(a.all, b.all),
  };
}

/** Writes a find into a folder, a file for each part; gives the path that these begin with. */
export function keep(folder: string, seed: number, { target, run, verdict, sample }: Find): string {
  const name = join(folder, `${target}-${seed}-${run}`);
  mkdirSync(folder, { recursive: true });
  for (const [at, part] of sample.entries()) writeFileSync(`${name}.${at}`, part);
  writeFileSync(`${name}.txt`, `target ${target}, seed ${seed}, run ${run}\n${verdict.what}\n`);
  return name;
}

/** The sample of a find that was kept, by the path that its files begin with. */
export function kept(path: string): Sample {
  const sample: Buffer[] = [];
  while (existsSync(`${path}.${sample.length}`)) sample.push(readFileSync(`${path}.${sample.length}`));
  if (sample.length === 0) throw new Error(`${path}.0 is not there`);
  return sample;
}

/** A fresh folder for a target. */
export function emptyFolder(path: string): string {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  return path;
}
