import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { folder, root } from '../peers/tools.ts';
import { type Find, keep, session } from './engine/session.ts';
import { targets } from './targets/index.ts';

/*
 * A little of what `npm run fuzz` does for as long as one likes. Where something breaks, LAYERTOOL_SEED=SEED makes the same
 * runs again, and the file that is named holds the input.
 */

const seed = Number(process.env.LAYERTOOL_SEED ?? 1);

for (const target of targets) {
  const skip = target.missing ?? false;
  test(`${target.name}: broken inputs break nothing (seed ${seed})`, { skip, timeout: 120_000 }, async (t) => {
    const lines: string[] = [];
    const found = (find: Find): void => {
      const kept = process.env.LAYERTOOL_KEEP ?? join(root, 'build/finds');
      lines.push(`run ${find.run}: ${find.verdict.what} (${keep(kept, seed, find)}.*)`);
    };
    const settings = { seed, from: 0, runs: target.quick, milliseconds: 60_000, folder: await folder(t), found };
    const { figures } = await session(target, settings);
    t.diagnostic(`seed ${seed}: ${figures.runs} runs`);
    assert.deepEqual(lines, []);
  });
}
