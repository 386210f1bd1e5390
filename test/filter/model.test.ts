import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { run } from '../../lib/commands/command.ts';
import { command } from '../../lib/commands/filter.ts';
import { read } from '../entries.ts';
import { missingReaders, unlike } from '../hostile/alike.ts';
import { dialects, type Item, item, listing, tar } from '../peers/layer.ts';
import { random } from '../peers/random.ts';
import { folder } from '../peers/tools.ts';
import { type Edit, edited, edits, layer, type Tree, treeOf, words } from './model.ts';

const first = Number(process.env.LAYERTOOL_SEED ?? 1);
const many = Number(process.env.LAYERTOOL_STACKS ?? 2000);

/** The names of one file stand in one group. */
function told(tree: Tree): Map<string, string> {
  return new Map(
    [...tree].map(([path, node]) => {
      const group = [...tree].filter(([, other]) => other === node).map(([name]) => name);
      const { type, content, target, mode, uid, gid, mtime } = node;
      const link = type === 'symlink' || type === 'external' ? target : '';
      return [path, [type, content, link, mode, uid, gid, mtime, group.sort().join('|')].join(' ')];
    }),
  );
}

/** A layer as it would be unpacked; each link must lead to what is there already. */
async function unpacked(bytes: Buffer): Promise<Tree> {
  const items = (await read(bytes)).map(({ header, content }): Item => {
    const { name, type, linkname, mode, uid, gid, mtime } = header;
    assert.ok(type !== 'character-device' && type !== 'block-device');
    return item(type, name, { target: linkname, content: content.toString('latin1'), mode, uid, gid, seconds: mtime });
  });
  const tree = treeOf(items);
  assert.equal(tree.size, items.length, 'no path comes twice');
  for (const [at, { kind, name, mode, uid, gid, seconds }] of items.entries()) {
    const node = tree.get(name.replace(/^\.\//, '').replace(/\/$/, ''))!;
    if (kind !== 'link' || node.type === 'external') continue;
    assert.deepEqual([mode, uid, gid, seconds], [node.mode, node.uid, node.gid, node.mtime], `item ${at} repeats it`);
  }
  return tree;
}

const show = (items: Item[], list: Edit[]) =>
  `${listing({ dialect: 'pax', items }).join('\n')}\n${words(list).join(' ')}`;

test(`${many} random layers, edited, are what the model says (seed ${first})`, { timeout: 600_000 }, async (t) => {
  t.diagnostic(`seed ${first}`);
  const cwd = await folder(t);
  const counts = { taken: 0, refused: 0, linked: 0, compared: 0 };
  for (let seed = first; seed < first + many; seed++) {
    const dice = random(seed);
    const items = layer(dice);
    const list = edits(dice, items);
    const wanted = edited(treeOf(items), list);
    const place = join(cwd, `${seed}`);
    mkdirSync(place);
    const bytes = tar({ dialect: dice.pick(dialects), items });
    // Files can be read at any time, what is compressed flows by.
    const input = join(place, 'l.tar');
    writeFileSync(input, seed % 2 === 0 ? bytes : gzipSync(bytes, { level: 1 }));
    const out = join(place, 'out');
    const where = `seed ${seed}\n${show(items, list)}`;
    let refusal: unknown;
    try {
      await run(command, [...words(list), input, '-q', '-o', out]);
    } catch (error) {
      refusal = error;
    }
    if (wanted === undefined) {
      counts.refused++;
      assert.match(String(refusal), /would both be|is another name of|would have no name/, where);
    } else {
      assert.equal(refusal, undefined, `${where}\n${refusal}`);
      counts.taken++;
      const result = await unpacked(readFileSync(out));
      assert.deepEqual(told(result), told(wanted), where);
      if (new Set(wanted.values()).size < wanted.size) counts.linked++;
      // GNU tar leaves the slash of a link's target out.
      const isPlain = !items.some(({ kind, target }) => kind === 'link' && target.startsWith('/'));
      if (seed % 5 === 0 && isPlain && missingReaders.length === 0) {
        counts.compared++;
        assert.deepEqual(await unlike(out, 1), [], where);
      }
    }
    rmSync(place, { recursive: true });
  }
  t.diagnostic(JSON.stringify(counts));
});
