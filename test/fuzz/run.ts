import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { printable } from '../../lib/errors.ts';
import type { Figures } from './engine/messages.ts';
import { emptyFolder, type Find, keep, kept, replay, session } from './engine/session.ts';
import { targets } from './targets/index.ts';

/*
 * Feeds layertool with broken inputs, and says what broke. What is fed depends on the seed alone: `--from` goes on where
 * another run of the same seed has ended, and `--replay PATH` runs a find again that `--keep` has written, with its target.
 */

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Math.floor(Date.now() / 1000)) },
    target: { type: 'string', multiple: true },
    keep: { type: 'string' },
    from: { type: 'string', default: '0' },
    replay: { type: 'string', multiple: true },
  },
});

const [seconds, seed, from] = [values.seconds, values.seed, values.from].map(Number) as [number, number, number];
if (!(seconds > 0)) throw new Error('--seconds takes a number');
if (!Number.isSafeInteger(seed)) throw new Error('--seed takes a whole number');
for (const name of values.target ?? []) {
  if (!targets.some((target) => target.name === name)) {
    throw new Error(`--target takes one of ${targets.map((target) => target.name).join(', ')}`);
  }
}

const chosen = targets.filter(({ name }) => values.target?.includes(name) ?? true);
const runnable = chosen.filter(({ name, missing }) => {
  if (missing !== undefined) console.log(`${name}: left out, ${missing}`);
  return missing === undefined;
});
const scratch = mkdtempSync(join(tmpdir(), 'layertool-fuzz-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

let finds = 0;
if (values.replay) await replayAll(values.replay);
else await fuzzAll();
process.exitCode = finds > 0 ? 1 : 0;

async function replayAll(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    for (const target of runnable) {
      const verdict = await replay(target, kept(path), emptyFolder(join(scratch, target.name)));
      if (verdict) finds++;
      console.log(printable(`${path}, ${target.name}: ${verdict?.what.split('\n')[0] ?? 'nothing breaks'}`));
    }
  }
}

async function fuzzAll(): Promise<void> {
  console.log(`seed ${seed}, ${seconds} s for ${runnable.length} targets, Node ${process.version}`);
  for (const target of runnable) {
    const { figures } = await session(target, {
      seed,
      from,
      milliseconds: (seconds * 1000) / runnable.length,
      folder: emptyFolder(join(scratch, target.name)),
      found(find) {
        finds++;
        console.log(lineOf(find));
      },
    });
    console.log(summary(target.name, figures));
  }
}

function lineOf(find: Find): string {
  const sizes = find.sample.map((part) => `${part.length} bytes`).join(', ');
  const where = values.keep === undefined ? '' : ` in ${keep(values.keep, seed, find)}.*`;
  return printable(
    `FIND ${find.target}, run ${find.run}: ${find.verdict.what.split('\n')[0]!.slice(0, 600)} (${sizes}${where})`,
  );
}

function summary(name: string, { runs, taken, time, refusals, kept, reached, all }: Figures): string {
  const rate = time > 0 ? Math.round((runs / time) * 1000) : 0;
  const percent = (part: number, whole: number): number => (whole > 0 ? Math.round((100 * part) / whole) : 0);
  return (
    `${name}: ${runs} runs, ${rate} a second, ${percent(taken, runs)} % taken, ${refusals} kinds of outcome, ` +
    `${kept} inputs kept${all > 0 ? `, ${percent(reached, all)} % of the code loaded` : ''}`
  );
}
