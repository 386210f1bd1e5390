import { type Random, random } from '../../peers/random.ts';
import { shortened } from '../judges/broken.ts';
import type { Sample, Target } from '../target.ts';
import type { Audit } from './audit.ts';
import type { Coverage } from './coverage.ts';
import type { Execute } from './execute.ts';
import type { News, Order, Verdict } from './messages.ts';

/** Runs after which the code that was reached is looked at: few where there was something new, more and more where not. */
const BATCH = { least: 16, most: 256 };
/** Runs after which is looked for what they left behind. */
const AUDIT = 1024;
/** Samples that are kept to be mutated further. */
const KEPT = 2000;

type Explore = Extract<Order, { kind: 'explore' }>;

/**
 * Runs mutated samples, one after another, each made of the seed, the target's name and its number, and of what was learnt
 * from those before it: a sample that reached new code, or was refused for a new reason, is mutated further.
 */
export function explorer(
  target: Target,
  seed: number,
  execute: Execute,
  reach: Coverage,
  audit: Audit,
  tell: (news: News) => void,
): (order: Explore) => Promise<void> {
  const seeds = target.seeds();
  const corpus: Corpus = { good: [...seeds], bad: [] };
  const outcomes = new Set<string>();
  const found = new Set<string>();
  let taken = 0;
  let runs = 0;
  let time = 0;
  let patience = BATCH.least;

  function figures(): void {
    tell({
      kind: 'figures',
      figures: {
        runs,
        taken,
        time,
        refusals: outcomes.size,
        kept: corpus.good.length + corpus.bad.length - seeds.length,
        ...reach.figures(),
      },
    });
  }

  function keep(sample: Sample, isTaken: boolean): void {
    const list = isTaken ? corpus.good : corpus.bad;
    if (list.length < KEPT && !list.includes(sample)) list.push(sample);
  }

  /** Runs a sample, and tells what breaks unless it is known; then the process is asked to go on. */
  async function run(number: number, sample: Sample): Promise<Verdict | undefined> {
    const result = await execute(number, sample);
    runs++;
    if ('outcome' in result && number < seeds.length && !result.outcome.startsWith('taken')) {
      return {
        key: shortened(`a valid input is refused: ${result.outcome}`),
        what: `refuses a valid input: ${result.outcome}`,
      };
    }
    if ('outcome' in result) {
      const isTaken = result.outcome.startsWith('taken');
      const outcome = shortened(result.outcome);
      if (isTaken) taken++;
      if (!outcomes.has(outcome)) keep(sample, isTaken);
      outcomes.add(outcome);
      return undefined;
    }
    if (found.has(result.verdict.key)) return undefined;
    found.add(result.verdict.key);
    return result.verdict;
  }

  return async ({ from, to, until, known }) => {
    for (const key of known) found.add(key);
    const start = performance.now() - time;
    const news = await explored(from, to, until, start);
    time = performance.now() - start;
    figures();
    tell(news);
  };

  /** Runs until something breaks, or the end has come. */
  async function explored(from: number, to: number, until: number, start: number): Promise<News> {
    let batch: Sample[] = [];
    let recent: Sample[] = [];
    let told = performance.now();
    let number = from;
    for (; number < to && Date.now() < until; number++) {
      const sample =
        number < seeds.length ? seeds[number]! : mutated(target, corpus, diceOf(seed, target.name, number));
      const verdict = await run(number, sample);
      if (verdict) return { kind: 'find', verdict, run: number, sample };
      batch.push(sample);
      recent.push(sample);
      if (batch.length >= patience) {
        patience = (await learn(batch)) ? BATCH.least : Math.min(patience * 2, BATCH.most);
        batch = [];
      }
      if (recent.length >= AUDIT || number + 1 === to) {
        const left = await audit.check(recent);
        recent = [];
        if (left && !found.has(left.verdict.key)) {
          found.add(left.verdict.key);
          return { kind: 'find', run: number, ...left };
        }
      }
      if (performance.now() - told > 500) {
        time = performance.now() - start;
        figures();
        told = performance.now();
      }
    }
    return { kind: 'done', run: number };
  }

  /** Finds out which samples of a batch reach new code, if any do, by running them again one by one. */
  async function learn(batch: readonly Sample[]): Promise<boolean> {
    const fresh = reach.look();
    if (fresh === undefined) return false;
    for (const sample of batch) {
      if ([...fresh.values()].every((offsets) => offsets.size === 0)) break;
      const result = await execute(-1, sample);
      if (reach.reaches(fresh)) keep(sample, 'outcome' in result && result.outcome.startsWith('taken'));
    }
    return true;
  }
}

/** A small buffer is mostly a piece of a pool, all of which it would keep. */
function ownCopy(part: Buffer): Buffer {
  const own = Buffer.alloc(part.length);
  part.copy(own);
  return own;
}

/** Numbers for a run, which depend on nothing else. */
function diceOf(seed: number, name: string, run: number): Random {
  let mixed = Math.imul(seed, 0x9e3779b1) ^ Math.imul(run, 0x85ebca6b);
  for (const char of name) mixed = Math.imul(mixed ^ char.charCodeAt(0), 0x01000193);
  return random(mixed);
}

/** Samples to be mutated: those that are taken, and those that are not. */
interface Corpus {
  readonly good: Sample[];
  readonly bad: Sample[];
}

function mutated(target: Target, corpus: Corpus, dice: Random): Sample {
  const [base, other] = [one(), one()];
  const parts = [...base];
  // A little is broken mostly: what is broken in many places is refused at the first.
  for (let left = dice.pick([1, 1, 1, 2, 2, 3, 5, 8]); left > 0; left--) {
    const at = dice.below(parts.length);
    const from = other[Math.min(at, other.length - 1)] ?? Buffer.alloc(0);
    parts[at] = target.mutate(parts[at]!, dice, from, at).subarray(0, target.size);
  }
  return parts.map(ownCopy);

  // What is refused is mostly refused again for the same reason.
  function one(): Sample {
    return smallish(dice.chance(0.15) && corpus.bad.length > 0 ? corpus.bad : corpus.good, dice);
  }
}

/** A sample, a small one mostly: those run faster, and say as much. */
function smallish(corpus: readonly Sample[], dice: Random): Sample {
  const [one, two] = [dice.some(corpus)!, dice.some(corpus)!];
  return sizeOf(one) < sizeOf(two) === dice.chance(0.85) ? one : two;
}

function sizeOf(sample: Sample): number {
  return sample.reduce((sum, part) => sum + part.length, 0);
}
