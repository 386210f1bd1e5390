import assert from 'node:assert/strict';
import test from 'node:test';
import { InputError } from '../../lib/errors.ts';
import { read, sha256 } from '../entries.ts';
import { type Dialect, dialects, type Item, item, type Layer, tar } from '../peers/layer.ts';
import { random } from '../peers/random.ts';
import { stack } from '../peers/stacks.ts';
import { archive, block, file, long, octal, pax } from '../tar/blocks.ts';
import { layerOf, squashBytes, word } from './stacking.ts';

const seed = Number(process.env.LAYERTOOL_SEED ?? 1);

test('squash: a later name of a file repeats its metadata, and no xattrs', async () => {
  const layer = archive(
    pax([
      ['SCHILY.xattr.user.x', '\0\xff'],
      ['mtime', '5.25'],
    ]),
    file('hi', { name: 'b', mode: octal(0o4755, 8), uid: octal(7, 8), gid: octal(8, 8), uname: 'u', gname: 'g' }),
    block({ name: 'a', flag: '1', linkname: 'b', mode: octal(0, 8) }),
  );
  const [first, second] = await read(await squashBytes([layer]));
  assert.equal(word(first!), 'a=hi');
  assert.equal(word(second!), 'b=>a');
  assert.deepEqual([...first!.header.pax], [['SCHILY.xattr.user.x', '\0\xff']]);
  const { name, type, linkname, size, pax: records, ...same } = second!.header;
  assert.deepEqual({ ...first!.header, ...same }, first!.header);
  assert.deepEqual([name, type, linkname, size, records.size], ['b', 'link', 'a', 0, 0]);
});

test('squash: records that mean something survive, others go', async () => {
  const records: [string, string][] = [
    ['SCHILY.xattr.user.x', ''],
    ['LIBARCHIVE.xattr.user.y%20z', 'AP8'],
    ['atime', '1'],
    ['comment', 'c'],
    ['mtime', '-1.5'],
  ];
  const out = await squashBytes([archive(pax(records), file('hi', { name: 'a' }))]);
  const [found] = await read(out);
  assert.deepEqual(
    [...found!.header.pax],
    [
      ['SCHILY.xattr.user.x', ''],
      ['SCHILY.xattr.user.y z', '\0\xff'],
    ],
  );
  assert.deepEqual([found!.header.mtime, found!.header.nanoseconds], [-2, 5e8]);
  assert.doesNotMatch(out.toString('latin1'), /comment|atime/);
});

test('squash: global headers are expanded away', async () => {
  const files = Array.from({ length: 12 }, (_, at) => file(`${at}`.repeat(40_000), { name: `${at + 10}` }));
  const out = await squashBytes([
    archive(
      pax(
        [
          ['comment', 'c'],
          ['uid', '7'],
        ],
        'g',
      ),
      ...files,
    ),
  ]);
  const found = await read(out);
  assert.deepEqual(
    found.map(({ header, content }) => [header.uid, sha256(content)]),
    files.map((_, at) => [7, sha256(Buffer.from(`${at}`.repeat(40_000)))]),
  );
  assert.doesNotMatch(out.toString('latin1'), /comment/);
});

test('squash: devices, long names and names that are not UTF-8', async () => {
  const name = `${'d'.repeat(120)}/${'\xff'.repeat(130)}`;
  const layer = archive(
    block({ name: 'null', flag: '3', devmajor: octal(1, 8), devminor: octal(3, 8) }),
    long('L', name),
    file('x', { name: 'short' }),
  );
  const [longest, device] = await read(await squashBytes([layer]));
  assert.equal(longest!.header.name, name);
  assert.deepEqual([device!.header.type, device!.header.devmajor, device!.header.devminor], ['character-device', 1, 3]);
});

test('squash: large bodies, sparse ones too, come out as they went in', async () => {
  const big = 'z'.repeat(300_000);
  const sparse = pax([
    ['GNU.sparse.size', '400000'],
    ['GNU.sparse.map', `100000,${big.length}`],
  ]);
  const layers = Array.from({ length: 12 }, (_, at) =>
    archive(file(big, { name: `${at}` }), sparse, file(big, { name: `s${at}` })),
  );
  const found = await read(await squashBytes(layers));
  assert.equal(found.length, 24);
  const holed = Buffer.alloc(400_000);
  holed.write(big, 100_000);
  for (const { header, content } of found) {
    assert.equal(sha256(content), sha256(header.name.startsWith('s') ? holed : Buffer.from(big)), header.name);
  }
});

test('squash: what ustar, GNU and PAX say alike gives the same bytes', async () => {
  const tree: Item[] = [
    item('directory', 'd/'),
    item('file', `d/${'n'.repeat(90)}/${'m'.repeat(90)}`, { content: 'x', uid: 5, seconds: 12 }),
    item('symlink', 'd/s', { target: 'e/f' }),
    item('link', 'z', { target: 'd/s' }),
    item('file', '\xe4', { mode: 0o4755 }),
    item('fifo', 'p'),
  ];
  const out = await Promise.all(dialects.map((dialect: Dialect) => squashBytes([tar({ dialect, items: tree })])));
  for (const other of out.slice(1)) assert.deepEqual(other, out[0]);
});

test('squash: an error names the layer that is damaged', async () => {
  const cut = layerOf('b=2').subarray(0, 600);
  await assert.rejects(
    squashBytes([layerOf('a=1'), cut]),
    (error) => error instanceof InputError && error.input === 'layer 2',
  );
});

test('squash: reads layers deep and wide in no time', async () => {
  const deep = archive(pax([['path', `${'d/'.repeat(2_000)}f`]]), file('x'));
  const [found] = await read(await squashBytes([deep]));
  assert.equal(found!.header.name.length, 4_001);
  const wide = Array.from({ length: 3000 }, (_, at) => block({ name: `a${at}`, flag: '2', linkname: `a${at + 1}` }));
  await assert.rejects(squashBytes([archive(...wide), layerOf('a0/f=1')]), /loop/);
});

/** Without links: what leads elsewhere is known only together with where it leads. */
function unlinked({ dialect, items }: Layer): Layer {
  return { dialect, items: items.filter(({ kind }) => kind !== 'link' && kind !== 'symlink') };
}

test(`squash is idempotent and associative (seed ${seed})`, async (t) => {
  const dice = random(seed);
  for (let at = 0; at < 100; at++) {
    const { layers } = stack(seed + at, { applier: 'umoci' });
    const told = `seed ${seed + at}`;
    const [whole, parts] = await halves(layers.map(tar), 1 + dice.below(layers.length - 1));
    assert.deepEqual(await squashBytes([whole]), whole, `${told}: squash(a) again`);
    assert.deepEqual(await squashBytes([parts.lower, ...parts.above]), whole, `${told}: squash(squash(a, b), c)`);
    const plain = layers.map(unlinked).map(tar);
    const [all, { below, upper }] = await halves(plain, 1 + dice.below(layers.length - 1));
    assert.deepEqual(await squashBytes([...below, upper]), all, `${told}: squash(a, squash(b, c))`);
  }
  t.diagnostic(`100 stacks from seed ${seed}`);
});

/** All squashed, and the layers below and above a cut, squashed and not. */
async function halves(layers: Buffer[], cut: number) {
  const [below, above] = [layers.slice(0, cut), layers.slice(cut)];
  const parts = { below, above, lower: await squashBytes(below), upper: await squashBytes(above) };
  return [await squashBytes(layers), parts] as const;
}
