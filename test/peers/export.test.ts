import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { dockerArchive } from '../image/archive.ts';
import { umoci } from './apply.ts';
import type { Stack } from './edits.ts';
import { tar } from './layer.ts';
import { describe } from './shrink.ts';
import { stack } from './stacks.ts';
import { attempt, bash, each, folder, peers } from './tools.ts';
import { diff, read, type Tree } from './tree.ts';

/** Random images, exported whole and by parts, beside crane export; umoci says what is right. */
const first = Number(process.env.LAYERTOOL_SEED ?? 1);
const many = Number(process.env.LAYERTOOL_STACKS ?? 200);

async function unpacked(layers: Buffer[], place: string): Promise<Tree> {
  await umoci(layers, `${place}.oci`, place);
  return read(place);
}

test('an exported image has its tree, and what is above a base gives it again: crane, umoci', async (t) => {
  if (!peers(t, 'root', 'umoci', 'crane')) return;
  const place = await folder(t);
  const wrong: string[] = [];
  let crane = 0;
  const stacks = Array.from({ length: many }, (_, at) => stack(first + at, { applier: 'umoci' }));
  await each(stacks, async (one: Stack, number) => {
    const cwd = join(place, `${number}`);
    mkdirSync(cwd);
    try {
      const layers = one.layers.map(tar);
      writeFileSync(join(cwd, 'image.tar'), dockerArchive({ layers: layers.map((bytes) => gzipSync(bytes)) }));
      writeFileSync(join(cwd, 'base.tar'), dockerArchive({ layers: layers.slice(0, one.from) }));
      writeFileSync(join(cwd, 'top.tar'), dockerArchive({ layers: layers.slice(0, one.to) }));
      const wanted = await unpacked(layers, join(cwd, 'wanted'));
      const complain = (what: string, lines: string[]): void => {
        if (lines.length > 0) wrong.push(`${what}\n${describe(one)}\n${lines.join('\n')}`);
      };
      const whole = (await bash('layertool export image.tar', { cwd })).stdout;
      complain('export', diff(wanted, await unpacked([whole], join(cwd, 'whole'))));
      // What is above may go through symlinks of below that the generator keeps to the part.
      const above = (await bash('layertool export --above base.tar top.tar', { cwd })).stdout;
      const again = [...layers.slice(0, one.from), above, ...layers.slice(one.to)];
      complain('export --above', diff(wanted, await unpacked(again, join(cwd, 'again'))));
      const theirs = await attempt('bash', ['-c', 'crane export - theirs.tar < image.tar'], { cwd });
      if (theirs.status === 0) {
        const other = await unpacked([readFileSync(join(cwd, 'theirs.tar'))], join(cwd, 'theirs')).catch(
          () => undefined,
        );
        if (other && diff(wanted, other).length === 0) crane++;
      }
    } finally {
      rmSync(cwd, { recursive: true, force: true });
    }
  });
  t.diagnostic(`${many} images from seed ${first}; crane export is right about ${crane} of them`);
  assert.equal(wrong.length, 0, wrong.slice(0, 2).join('\n\n'));
  assert.ok(crane > 0, 'crane is right about some');
});
